import { tenantTrx } from '@hub/db/doors.ts';
import { findTenant } from '@hub/db/tenants.ts';
import { type SimulatedHome, startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AdminHub, startAdminHub } from '../testing/admin-hub.ts';
import { runHere } from '../testing/run-cli.ts';
import { nextTick } from './next-tick.ts';
import { startDue } from './run-schedules.ts';

let hub: AdminHub;
let home: SimulatedHome;
beforeAll(async () => {
  [hub, home] = [
    await startAdminHub({ SWEEP_MINUTES: '0', JOBS_AT_ONCE: '0' }),
    await startSimulatedHome({ name: 'Cabin' }),
  ];
  await hub.ask('POST', '/tenants', { name: 'Fjord', slug: 'fjord' });
  await hub.ask('POST', '/tenants/fjord/homes', { url: home.url, token: home.token });
});
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
  await home.close();
});

test('ticks go by the clock of the zone, over both changes of the clock', () => {
  const next = (after: string) => nextTick('30 3 * * *', 'Europe/Berlin', new Date(after))?.toISOString();
  expect(next('2026-03-28T12:00:00Z')).toBe('2026-03-29T01:30:00.000Z');
  expect(next('2026-10-24T12:00:00Z')).toBe('2026-10-25T02:30:00.000Z');
  expect(nextTick('99 3 * * *', 'UTC', new Date())).toBeUndefined();
});

test('days that were missed are one start, whoever looks, and the next is ahead', async () => {
  const env = { HUB_URL: hub.base, HUB_ADMIN_KEY: hub.key };
  const run = (...args: string[]) => runHere(['schedules', ...args], { env });
  const added = await run('add', 'nightly', '--home', 'cabin', '--cron', '30 3 * * *');
  expect(added).toMatchObject({ code: 0, stdout: expect.stringContaining('nightly starts') });
  expect(await run('add', 'other', '--home', 'cabin', '--cron', 'never')).toMatchObject({ code: 1 });
  const { db } = hub.database;
  const tenantId = (await findTenant(db, 'fjord'))?.id ?? '';
  const lastWeek = new Date(Date.now() - 7 * 24 * 3_600_000);
  await tenantTrx(db, tenantId, (trx) => trx.updateTable('schedule').set({ next_at: lastWeek }).execute());
  await Promise.all([1, 2, 3].map(() => startDue(db, hub.deps.queue, hub.deps.log)));
  expect(await startDue(db, hub.deps.queue, hub.deps.log)).toBe(0);
  const { jobs } = (await hub.ask('GET', '/tenants/fjord/jobs')).body;
  expect(jobs).toMatchObject([{ kind: 'backup.create', home: 'cabin', actor: { kind: 'operator' } }]);
  const [schedule] = (await hub.ask('GET', '/tenants/fjord/schedules')).body.schedules;
  expect(new Date(schedule.nextAt).getTime()).toBeGreaterThan(Date.now());
  expect(schedule.lastJobId).toBe(jobs[0].id);
  expect(await run('remove', 'nightly')).toMatchObject({ code: 0 });
  expect((await run('list')).stdout).toBe('No schedules.\n');
});
