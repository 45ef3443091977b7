import { describe, expect, test } from 'vitest';
import type { VolatileMap } from '../volatile-map.ts';

export interface MapUnderTest {
  readonly map: VolatileMap;
  /** Lets this much time pass for the map: a set clock, or a wait where the clock is not ours. */
  advance(ms: number): Promise<void>;
}

/** The rules every volatile map keeps, wherever its records lie. */
export function describeVolatileMap(name: string, create: () => Promise<MapUnderTest>): void {
  describe(name, () => {
    test('what was set is found until its time is over', async () => {
      const { map, advance } = await create();
      await map.set('page', { items: [1, 'zwei', null] }, 1_000);
      expect(await map.get('page')).toEqual({ items: [1, 'zwei', null] });
      await advance(1_100);
      expect(await map.get('page')).toBeUndefined();
      expect(await map.get('never')).toBeUndefined();
    });

    test('setting again replaces value and time', async () => {
      const { map, advance } = await create();
      await map.set('k', 1, 500);
      await map.set('k', 2, 5_000);
      await advance(600);
      expect(await map.get('k')).toBe(2);
    });

    test('one of many finds the key free, and again once it expired', async () => {
      const { map, advance } = await create();
      const won = await Promise.all([1, 2, 3, 4].map((n) => map.setIfAbsent('lock', n, 1_000)));
      expect(won.filter(Boolean)).toHaveLength(1);
      await advance(1_100);
      expect(await map.setIfAbsent('lock', 5, 1_000)).toBe(true);
      expect(await map.get('lock')).toBe(5);
    });

    test('take gives a value out once', async () => {
      const { map } = await create();
      await map.set('once', 'v', 1_000);
      const taken = await Promise.all([map.take('once'), map.take('once'), map.take('once')]);
      expect(taken.filter((value) => value === 'v')).toHaveLength(1);
      expect(await map.get('once')).toBeUndefined();
    });

    test('delete removes, and does not mind an absent key', async () => {
      const { map } = await create();
      await map.set('k', 1, 1_000);
      await map.delete('k');
      await map.delete('k');
      expect(await map.get('k')).toBeUndefined();
    });

    test('a value is a copy: changing what was set or read changes nothing', async () => {
      const { map } = await create();
      const value = { list: [1] };
      await map.set('k', value, 1_000);
      value.list.push(2);
      expect(await map.get('k')).toEqual({ list: [1] });
    });
  });
}
