import { viewOf } from '@hub/ha/testing/view-of.ts';
import { expect, test } from 'vitest';
import type { Looks, MissedHome } from '../tenant-records.ts';
import { contextOf, noRecords, type Said, stepOf } from '../testing/job-context.ts';
import { job } from './sweep.ts';

const home = viewOf({});
const SINCE = new Date('2026-11-29T12:00:00Z');

/** Hubs that look at so many homes between two reads, the last of which are away. */
function tenantOf(counts: readonly number[], total: number, missed: readonly MissedHome[] = []) {
  const asks: [Looks, boolean][] = [];
  const left = [...counts];
  const away = missed.filter(({ isLooked }) => isLooked).length;
  const records = {
    ...noRecords,
    now: async () => SINCE,
    askForLooks: async (looks: Looks, isAgain: boolean) => void asks.push([looks, isAgain]),
    async countLooks() {
      const looked = (left.length > 1 ? left.shift() : left[0]) ?? 0;
      return { total, looked, running: looked - away };
    },
    listMissed: async () => missed,
  };
  return { asks, records };
}
const run = (records: typeof noRecords, said: Said[] = [], args = {}) =>
  job.run(job.args.parse(args), { ...contextOf(home, said), records });

test('the homes are made due, and followed until each was looked at, found running or away', async () => {
  const { asks, records } = tenantOf([0, 2, 3], 3, [{ slug: 'cabin', state: 'offline', isLooked: true }]);
  const said: Said[] = [];
  expect(await run(records, said)).toEqual({
    ...{ looked_at: 3, running: 2, away: 1, not_looked_at: 0, homes_away: [{ home: 'cabin', state: 'offline' }] },
  });
  expect(said.map(({ done, total, message }) => [done, total, message])).toEqual([
    [0, 3, '0 of 3 homes looked at'],
    [2, 3, '2 of 3 homes looked at'],
    [3, 3, '3 of 3 homes looked at'],
  ]);
  // What a look under way put off is asked for again.
  expect(asks).toEqual([
    [{ since: SINCE, homeIds: undefined }, false],
    [{ since: SINCE, homeIds: undefined }, true],
    [{ since: SINCE, homeIds: undefined }, true],
  ]);
});

test('where nobody looks any more the rest is named, a hundred of them', async () => {
  const missed = Array.from({ length: 120 }, (_, n) => ({ slug: `h${n}`, state: undefined, isLooked: false }));
  const result = await run(tenantOf([1], 121, missed).records, [], { patienceS: 1 });
  expect(result).toMatchObject({ looked_at: 1, running: 1, away: 0, not_looked_at: 120 });
  expect(result).toHaveProperty('homes_not_looked_at.length', 100);
});

test('a run after a crash counts from the moment the first one asked', async () => {
  expect(await (await stepOf(job, job.args.parse({}), home)).observe({})).toEqual({ is: 'not_done' });
  const { asks, records } = tenantOf([1], 1);
  const earlier = { since: '2026-11-29T11:00:00.000Z' };
  const context = { ...contextOf(home), records };
  await job.run(job.args.parse({}), { ...context, step: (_name, asked) => asked.act(earlier) });
  expect(asks).toEqual([[{ since: new Date(earlier.since), homeIds: undefined }, false]]);
});
