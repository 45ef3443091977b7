import { type SimulatedHome, startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AdminHub, startAdminHub } from '../testing/admin-hub.ts';
import { runHere } from '../testing/run-cli.ts';

let hub: AdminHub;
let [cabin, barn]: SimulatedHome[] = [];
beforeAll(async () => {
  hub = await startAdminHub({ SWEEP_MINUTES: '0', JOBS_AT_ONCE: '0' });
  [cabin, barn] = [await startSimulatedHome({ name: 'Cabin' }), await startSimulatedHome({ name: 'Barn' })];
  await hub.ask('POST', '/tenants', { name: 'Fjord', slug: 'fjord' });
  await hub.ask('POST', '/tenants', { name: 'Other', slug: 'other' });
  const add = (one: SimulatedHome | undefined, more: object) =>
    hub.ask('POST', '/tenants/fjord/homes', { url: one?.url, token: one?.token, ...more });
  await add(cabin, { timeZone: 'Europe/Berlin' });
  await add(barn, { timeZone: 'Pacific/Auckland' });
});
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
  await Promise.all([cabin?.close(), barn?.close()]);
});

const run = (...args: string[]) =>
  runHere([...args, '--tenant', 'fjord'], { env: { HUB_URL: hub.base, HUB_ADMIN_KEY: hub.key } });
const list = async () => (await hub.ask('GET', '/tenants/fjord/windows')).body;

test('without windows changes may begin at any time', async () => {
  expect(await list()).toEqual({
    tenant: [],
    homes: ['barn', 'cabin'].map((home) => ({
      ...{ home, windows: [], isOwn: false, isOpen: true },
      timeZone: home === 'barn' ? 'Pacific/Auckland' : 'Europe/Berlin',
    })),
  });
});

test('those of the tenant hold for all homes, by the clock of each, and a home’s own in their place', async () => {
  expect(await run('windows', 'set', 'Mon-Fri 02:00-05:00', 'sat 22:00-06:00')).toMatchObject({ code: 0 });
  expect(await list()).toMatchObject({
    tenant: ['weekdays 02:00-05:00', 'sat 22:00-06:00'],
    homes: [
      { home: 'barn', isOwn: false, windows: { length: 2 } },
      { home: 'cabin', isOwn: false },
    ],
  });
  const { stdout } = await run('windows', 'set', 'daily 00:00-24:00', '--home', 'cabin');
  expect(stdout).toMatch(/cabin\W+daily 00:00-24:00\W+its own\W+Europe\/Berlin\W+open until/);
  const [atBarn, atCabin] = (await list()).homes;
  expect(atCabin).toMatchObject({ windows: ['daily 00:00-24:00'], isOwn: true, isOpen: true });
  expect(atBarn.isOpen === (atBarn.closesAt !== undefined)).toBe(true);
  expect(atBarn.isOpen === (atBarn.opensAt === undefined)).toBe(true);
  expect((await hub.ask('GET', '/tenants/other')).body.maintenanceWindows).toEqual([]);
  // None of its own are as the tenant says; an own empty list is always.
  await run('windows', 'clear', '--home', 'cabin');
  expect((await list()).homes[1]).toMatchObject({ isOwn: false, windows: { length: 2 } });
  await hub.ask('PATCH', '/tenants/fjord/homes/cabin', { maintenanceWindows: [] });
  expect((await list()).homes[1]).toMatchObject({ isOwn: true, windows: [], isOpen: true });
  expect((await run('windows', 'clear')).stdout).toContain('All homes: always');
});

test('what is no window, and a zone that is none, are refused and nothing is stored', async () => {
  const before = await list();
  expect(await run('windows', 'set', 'nights 02:00-05:00')).toMatchObject({
    ...{ code: 1, stderr: expect.stringContaining('expected days and hours, such as weekdays 02:00-05:00') },
  });
  expect((await hub.ask('PATCH', '/tenants/fjord/homes/cabin', { timeZone: 'Europe/Atlantis' })).status).toBe(400);
  expect(await list()).toEqual(before);
});

test('a file of homes says them too, and again changes nothing', async () => {
  const wanted = { slug: 'barn', url: barn?.url, maintenanceWindows: ['sun,sat 10:00-12:00'] };
  const apply = () => hub.ask('POST', '/tenants/fjord/homes/apply', { homes: [wanted] });
  expect((await apply()).body.homes).toMatchObject([
    { home: 'barn', result: 'updated', changes: [{ field: 'maintenanceWindows', to: 'weekends 10:00-12:00' }] },
  ]);
  expect((await apply()).body.homes).toMatchObject([{ result: 'unchanged' }]);
  expect((await list()).homes[0]).toMatchObject({ windows: ['weekends 10:00-12:00'], isOwn: true });
});
