import { SYSTEM_ACTOR } from '@hub/db/actor.ts';
import { readConnectorAccess } from '@hub/db/connector-access.ts';
import { writeHomeStatus } from '@hub/db/home-status.ts';
import { writeSweep } from '@hub/db/home-sweeps.ts';
import { registerHome } from '@hub/db/homes.ts';
import { findTenant } from '@hub/db/tenants.ts';
import { accessOf } from '@hub/gate/connector-access.ts';
import { startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AdminHub, startAdminHub } from './testing/admin-hub.ts';
import { runHere } from './testing/run-cli.ts';

const DAY_MS = 86_400_000;
let hub: AdminHub;
let tenantId: string;
let connectorId: string;
const told = {
  ...{ coreUpdate: undefined, osUpdate: undefined, updatesPending: 0, diskFreeBytes: undefined },
  ...{
    diskTotalBytes: undefined,
    hasBackup: undefined,
    repairs: 0,
    unavailableEntities: 0,
    lowBatteries: 0,
    certificateExpiresAt: undefined,
  },
};

beforeAll(async () => {
  hub = await startAdminHub({ SWEEP_MINUTES: '0' });
  await hub.ask('POST', '/tenants', { name: 'Fjord', slug: 'fjord', owner: 'Anna' });
  connectorId = (await hub.ask('POST', '/tenants/fjord/connectors', { name: 'anna' })).body.connector.id;
  tenantId = (await findTenant(hub.deps.storage.db, 'fjord'))?.id ?? '';
  for (const [slug, haVersion, backupDays] of [
    ['old-saved', '2026.9.3', 1],
    ['old', '2026.9.3', 9],
    ['never', '2026.8.1', undefined],
    ['new', '2026.10.2', 9],
  ] as const)
    await add(slug, haVersion, backupDays);
});
afterAll(() => hub[Symbol.asyncDispose]());

async function add(slug: string, haVersion: string, backupDays: number | undefined, url = `http://${slug}.example`) {
  const { db, vault } = hub.deps.storage;
  const { home } = await registerHome(
    db,
    vault,
    tenantId,
    { slug, name: slug, link: { url, token: 'x' } },
    SYSTEM_ACTOR,
  );
  const now = new Date();
  const seen = { isAdmin: true, locationName: slug, lastSeenAt: now, fault: undefined, checkedAt: now };
  await writeHomeStatus(db, tenantId, home.id, { state: 'running', haVersion, ...seen });
  const lastBackupAt = backupDays === undefined ? undefined : new Date(now.getTime() - backupDays * DAY_MS);
  await writeSweep(db, { tenantId, homeId: home.id }, { ...told, lastBackupAt });
}

const cli = async (words: string) => {
  const env = { HUB_URL: hub.base, HUB_ADMIN_KEY: hub.key };
  const { code, stdout, stderr } = await runHere([...words.split(' '), '--json'], { env });
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
};
const slugs = ({ homes }: { homes: readonly { slug: string }[] }) => homes.map(({ slug }) => slug).toSorted();
const call = async (name: string, args: object) => {
  const access = await readConnectorAccess(hub.deps.storage.db, tenantId, connectorId);
  if (!access) throw new Error('no connector');
  const signal = new AbortController().signal;
  return (await hub.deps.gate.call({ connector: accessOf(access), name, args, signal })).body;
};

test('which homes run an old core and have no backup this week: the tool, REST and the command line name the same', async () => {
  const wanted = ['never', 'old'];
  const asked = { core_older_than: '2026.10', no_backup_for_days: 7 };
  const { homes } = (await call('ha_fleet_status', asked)) as { homes: { home: string }[] };
  expect(homes.map(({ home }) => home).toSorted()).toEqual(wanted);
  const query = 'coreOlderThan=2026.10&noBackupForDays=7';
  expect(slugs((await hub.ask('GET', `/tenants/fjord/fleet?${query}`)).body)).toEqual(wanted);
  expect(slugs(await cli('fleet status --core-older-than 2026.10 --no-backup-for-days 7'))).toEqual(wanted);
});

test('a run on the command line goes to the homes that the same filters name', async () => {
  const where = '--as anna --state running --no-backup-for-days 7 --has-problems false --has-updates false';
  const plan = await cli(`fleet run ha_call_service ${where} --args {"domain":"light","service":"turn_off"}`);
  expect(plan.rings.flat().toSorted()).toEqual(['never', 'new', 'old']);
  const env = { HUB_URL: hub.base, HUB_ADMIN_KEY: hub.key };
  const wrong = await runHere(['fleet', 'run', 'ha_get_overview', '--no-backup-for-days', 'week'], { env });
  expect(wrong).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--no-backup-for-days: is a number of days'),
  });
});

test('a home that refuses its token at once is still known by the core it ran', async () => {
  const home = await startSimulatedHome({ name: 'Refusing' });
  await add('refusing', '2026.9.3', 9, home.url);
  await call('ha_get_state', { home: 'refusing', entity_id: 'light.bedside' });
  const ask = async () => (await hub.ask('GET', '/tenants/fjord/fleet?home=refusing')).body.homes;
  await expect.poll(ask, { timeout: 10_000 }).toMatchObject([{ state: 'reauth_required' }]);
  expect(await ask()).toMatchObject([{ haVersion: '2026.9.3' }]);
  await home.close();
});
