import { expect, it } from 'vitest';
import { readRows } from './bulk-rows.ts';

it.each([
  { entity_id: 'cover.garage_door' },
  { device_id: ['abc'] },
  { area_id: 'garage' },
  { floor_id: 'ground_floor' },
  { label_id: 'entrances' },
  { target: { area_id: 'garage' } },
])('a row whose parameters aim at something else is skipped: %j', (parameters) => {
  const { rows, skipped } = readRows([{ entity_id: 'cover.living_room', action: 'open', parameters }]);
  expect(rows).toEqual([]);
  expect(skipped).toEqual([
    expect.objectContaining({ index: 0, reason: expect.stringContaining('own entity_id only') }),
  ]);
});

it('parameters of the service itself are kept', () => {
  const { rows } = readRows([{ entity_id: 'light.kitchen', action: 'set', parameters: { brightness_pct: 40 } }]);
  expect(rows).toEqual([expect.objectContaining({ parameters: { brightness_pct: 40 } })]);
});
