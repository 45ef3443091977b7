import { expect, it } from 'vitest';
import { page } from '../shared/page.ts';
import { fitted, type Series } from './series.ts';

function seriesOf(entityId: string, rows: number, limit = 1_000): Series {
  const all = Array.from({ length: rows }, (_, at) => ({ state: 'x'.repeat(90), at }));
  const { items, block } = page(all, 0, limit);
  return { ...{ entityId, key: 'states', rows: items, block, unit: undefined }, warnings: [] };
}

const sizeOf = (series: readonly Series[]) => JSON.stringify(series.map(({ rows }) => rows)).length;

it('a series that is too long for one answer ends where its next page begins', () => {
  const [one] = fitted([seriesOf('sensor.a', 5_000)]);
  expect(one?.block).toMatchObject({ total_count: 5_000, has_more: true, next_offset: one?.rows.length });
  expect(one?.rows.length).toBe(one?.block.count);
  expect(one?.warnings).toEqual([expect.stringContaining(`offset ${one?.rows.length}`)]);
  expect(sizeOf(one ? [one] : [])).toBeLessThan(51_000);
});

it('beside long series the short ones stay whole, and all together fit', () => {
  const short = seriesOf('sensor.short', 20);
  const series = fitted([seriesOf('sensor.a', 900), short, seriesOf('sensor.b', 900)]);
  expect(series.map(({ entityId }) => entityId)).toEqual(['sensor.a', 'sensor.short', 'sensor.b']);
  expect(series[1]).toBe(short);
  expect(series[0]?.rows.length).toBe(series[2]?.rows.length);
  expect(sizeOf(series)).toBeLessThan(51_000);
  expect(sizeOf(series)).toBeGreaterThan(45_000);
});

it('what fits is left as it is', () => {
  const both = [seriesOf('sensor.a', 100), seriesOf('sensor.b', 100)];
  expect(fitted(both)).toEqual(both);
});
