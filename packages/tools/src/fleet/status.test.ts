import type { FleetHome } from '@hub/core/fleet-filter.ts';
import { expect, it } from 'vitest';
import { runTool } from '../testing/run-tool.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { tool } from './status.ts';

const DAY_MS = 86_400_000;
const ago = (days: number) => new Date(Date.now() - days * DAY_MS);
const home = (slug: string, facts: Partial<FleetHome>): FleetHome => ({
  ...{ slug, name: slug.toUpperCase(), tags: [], state: 'running', haVersion: '2026.11.0', sweptAt: ago(0) },
  ...{ lastBackupAt: ago(1) },
  ...facts,
});
const fleet: readonly FleetHome[] = [
  home('old-no-backup', { haVersion: '2026.9.3', lastBackupAt: ago(9), updatesPending: 2, tags: ['north'] }),
  home('old', { haVersion: '2026.9.12' }),
  home('new-no-backup', { lastBackupAt: undefined, country: 'NO', repairs: 1 }),
  home('beta', { haVersion: '2026.10.0b2', tokenExpiresAt: new Date(Date.now() + 5 * DAY_MS) }),
  home('away', { state: 'offline', haVersion: undefined, sweptAt: undefined, lastBackupAt: undefined }),
];
const ask = async (args: object) => {
  const { homes, ...rest } = await runTool(tool, args, createToolContext({ fleet }));
  return { slugs: homes.map((one) => one.home), homes, ...rest };
};

it('finds homes of an older core without a backup this week', async () => {
  const found = await ask({ core_older_than: '2026.10', no_backup_for_days: 7 });
  expect(found).toMatchObject({ slugs: ['old-no-backup'], total: 5, count: 1, never_looked_at: ['away'] });
  expect(found.homes[0]).toMatchObject({ core: '2026.9.3', updates: 2, problems: [] });
});

it.each([
  [{ core_older_than: '2026.10' }, ['old-no-backup', 'old']],
  [{ core_older_than: '2026.11' }, ['old-no-backup', 'old', 'beta']],
  [{ no_backup_for_days: 7 }, ['old-no-backup', 'new-no-backup', 'away']],
  [{ state: 'offline' }, ['away']],
  [{ tag: 'North' }, ['old-no-backup']],
  [{ country: 'no' }, ['new-no-backup']],
  [{ homes: 'backup' }, ['old-no-backup', 'new-no-backup']],
  [{ has_updates: true }, ['old-no-backup']],
  [{ has_problems: true }, ['new-no-backup', 'beta', 'away']],
  [{ has_problems: false, core_older_than: '2026.11' }, ['old-no-backup', 'old']],
])('%j means %j', async (filter, slugs) => {
  expect((await ask(filter)).slugs).toEqual(slugs);
});

it('says what is wrong in words', async () => {
  const { homes } = await ask({ has_problems: true });
  expect(homes.map(({ problems }) => problems)).toEqual([
    ['1 repairs'],
    [expect.stringMatching(/^token expires \d{4}-\d\d-\d\d$/)],
    ['is offline'],
  ]);
});

it('a last backup that was more than two weeks old at the last look is a problem, and one that is not known is none', async () => {
  const old = [
    home('weekly', { lastBackupAt: ago(13) }),
    home('forgotten', { lastBackupAt: ago(15) }),
    home('away', { state: 'offline', lastBackupAt: ago(15), sweptAt: ago(14) }),
    home('bare', { lastBackupAt: undefined, hasBackup: false }),
  ];
  const { homes } = await runTool(
    tool,
    {},
    createToolContext({ fleet: [...old, home('new', { lastBackupAt: undefined })] }),
  );
  const day = ago(15).toISOString().slice(0, 10);
  expect(homes.map(({ problems }) => problems)).toEqual([
    [],
    [`last backup ${day}`],
    ['is offline'],
    ['no backup'],
    [],
  ]);
});

it('gives a hundred homes at a time', async () => {
  const many = Array.from({ length: 250 }, (_, n) => home(`home-${n}`, {}));
  const page = async (offset: number) => runTool(tool, { offset }, createToolContext({ fleet: many }));
  expect(await page(0)).toMatchObject({ count: 250, next_offset: 100 });
  const last = await page(200);
  expect(last.homes).toHaveLength(50);
  expect(last).not.toHaveProperty('next_offset');
});
