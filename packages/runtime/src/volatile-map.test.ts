import { expect, test } from 'vitest';
import { describeVolatileMap } from './testing/volatile-map-contract.ts';
import { createMemoryMap } from './volatile-map.ts';

function underTest(bounds: { maxEntries?: number; maxBytes?: number } = {}) {
  let time = 0;
  const map = createMemoryMap({ maxEntries: 100, maxBytes: 1e6, ...bounds, now: () => time });
  return {
    map,
    advance: async (ms: number) => {
      time += ms;
    },
  };
}

describeVolatileMap('volatile map in memory', async () => underTest());

test('too many entries push out the expired first, then the oldest', async () => {
  const { map, advance } = underTest({ maxEntries: 2 });
  await map.set('old', 1, 10_000);
  await map.set('short', 2, 10);
  await advance(20);
  await map.set('new', 3, 10_000);
  expect(await map.get('old')).toBe(1);
  await map.set('newest', 4, 10_000);
  expect([await map.get('old'), await map.get('new'), await map.get('newest')]).toEqual([undefined, 3, 4]);
});

test('bytes are bounded over all entries', async () => {
  const { map } = underTest({ maxBytes: 1_000 });
  for (const key of ['a', 'b', 'c', 'd']) await map.set(key, 'x'.repeat(150), 10_000);
  // Each takes 2 * (1 + 152) = 306 bytes, so three fit.
  const left = await Promise.all(['a', 'b', 'c', 'd'].map((key) => map.get(key)));
  expect(left.map((value) => value !== undefined)).toEqual([false, true, true, true]);
});

test('a record larger than the whole map is refused and pushes nothing out', async () => {
  const { map } = underTest({ maxBytes: 1_000 });
  await map.set('kept', 1, 10_000);
  await expect(map.set('huge', 'x'.repeat(1_000), 10_000)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  expect(await map.get('kept')).toBe(1);
});
