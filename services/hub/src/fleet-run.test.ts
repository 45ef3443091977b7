import { SYSTEM_ACTOR } from '@hub/db/actor.ts';
import { listAudit } from '@hub/db/audit.ts';
import { readConnectorAccess } from '@hub/db/connector-access.ts';
import { createConnector } from '@hub/db/connectors.ts';
import { tenantTrx } from '@hub/db/doors.ts';
import { registerHome, updateHome } from '@hub/db/homes.ts';
import { jobTables } from '@hub/db/job-record.ts';
import { createPerson, ensureMember } from '@hub/db/people.ts';
import { createTenant } from '@hub/db/tenants.ts';
import { accessOf, type ConnectorAccess } from '@hub/gate/connector-access.ts';
import { type SimulatedHome, startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { type SimulatedHomes, startSimulatedHomes } from '@hub/simulated-home/simulated-homes.ts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type AdminHub, startAdminHub } from './testing/admin-hub.ts';
import { runHere } from './testing/run-cli.ts';

const HOMES = 50;
const SIZE = { entities: 20, devices: 5, automations: 1, eventsPerSecond: 0 };

let hub: AdminHub;
let many: SimulatedHomes;
let canary: SimulatedHome;
let tenantId: string;
let [anna, other]: ConnectorAccess[] = [];
const heard: string[] = [];
/** What happens while a home is asked for a service, before it acts. */
let meanwhile: ((home: string) => Promise<unknown> | undefined) | undefined;

beforeAll(async () => {
  hub = await startAdminHub({ SWEEP_MINUTES: '0' });
  const { db, vault } = hub.deps.storage;
  canary = await startSimulatedHome({ name: 'Canary' });
  many = await startSimulatedHomes(HOMES - 1, SIZE, {
    host: '0.0.0.0',
    heard(name, { type }) {
      if (type !== 'call_service') return;
      heard.push(name);
      return meanwhile?.(name);
    },
  });
  tenantId = (await createTenant(db, vault, { name: 'Fleet' }, SYSTEM_ACTOR)).id;
  const add = (slug: string, url: string, token: string) =>
    registerHome(db, vault, tenantId, { slug, name: slug, tags: ['all'], link: { url, token } }, SYSTEM_ACTOR);
  await add('a-canary', canary.url, canary.token);
  for (let n = 0; n < HOMES - 1; n++) {
    const url = many.url.replace(/\/\/[^:]+/, `//127.0.3.${n + 1}`);
    await add(`home-${String(n).padStart(2, '0')}`, url, many.address(n).token);
  }
  // A home that was just registered has its link closed once, when the hub hears of the change.
  await hub.deps.changes.look();
  const person = await createPerson(db, { name: 'Anna' }, SYSTEM_ACTOR);
  const member = await ensureMember(db, tenantId, person.id, 'owner', SYSTEM_ACTOR);
  [anna, other] = await Promise.all(
    ['anna', 'other'].map(async (name) => {
      const made = { memberId: member.id, name, ceiling: 'control' } as const;
      const { connector } = await createConnector(db, tenantId, { ...made, homes: { kind: 'all' } }, SYSTEM_ACTOR);
      return connectorOf(connector.id);
    }),
  );
});
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
  await Promise.all([canary.close(), many.close()]);
});
beforeEach(() => {
  heard.length = 0;
  meanwhile = undefined;
});

async function connectorOf(id: string): Promise<ConnectorAccess> {
  const access = await readConnectorAccess(hub.deps.storage.db, tenantId, id);
  if (!access) throw new Error('no such connector');
  return accessOf(access);
}

async function call(connector: ConnectorAccess | undefined, name: string, args: unknown) {
  if (!connector) throw new Error('no connector');
  const signal = new AbortController().signal;
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
  return (await hub.deps.gate.call({ connector, name, args, signal })).body as any;
}

const entity_id = 'light.light_0';
const LIGHT = {
  tool: 'ha_call_service',
  args: { domain: 'light', service: 'turn_on', entity_id, wait: false },
  soak_seconds: 0,
};
const code = (body: { error?: { code: string } }) => body.error?.code;

test('a read runs at fifty homes at once, as a job, and an unreachable tool of many homes cannot be run by itself', async () => {
  const found = await call(anna, 'ha_fleet_run', { tool: 'ha_get_overview', args: {} });
  const ended = found.homes
    ? found
    : (await call(anna, 'ha_get_job', { job_id: found.job_id, wait_seconds: 50 })).result;
  expect(ended.homes.filter(({ outcome }: { outcome: string }) => outcome !== 'done')).toEqual([]);
  expect(ended).toMatchObject({ done: HOMES, failed: 0, unknown: 0, not_run: [] });
  expect(code(await call(anna, 'ha_fleet_run', { tool: 'ha_fleet_run', args: {} }))).toBe(
    'VALIDATION_INVALID_PARAMETER',
  );
});

test('a plan is good once, for its connector, its arguments and fifteen minutes, and skips pinned homes', async () => {
  const { db, vault } = hub.deps.storage;
  const pinned = anna?.homes.find(({ slug }) => slug === 'home-03')?.id ?? '';
  await updateHome(db, vault, tenantId, pinned, { isPinned: true }, SYSTEM_ACTOR);
  const asked = { ...LIGHT, where: { homes: ['home-0'] }, exclude: ['home-04'], canary: 2 };
  const { plan_id, ...plan } = await call(anna, 'ha_fleet_run', asked);
  expect(plan).toMatchObject({
    ...{ homes: 8, rings: [['home-00', 'home-01'], ['home-02'], expect.any(Array)] },
    skipped: [
      { home: 'home-03', why: 'pinned by the owner' },
      { home: 'home-04', why: 'excluded' },
    ],
  });
  const refused = async (who: ConnectorAccess | undefined, change: object = {}) =>
    code(await call(who, 'ha_fleet_run', { ...asked, plan_id, ...change }));
  expect(await refused(other)).toBe('VALIDATION_FAILED');
  expect(await refused(anna, { args: { ...LIGHT.args, service: 'turn_off' } })).toBe('VALIDATION_FAILED');
  expect(await refused(anna, { where: { homes: ['home-'] } })).toBe('VALIDATION_FAILED');
  const age = (to: Date) =>
    tenantTrx(db, tenantId, (trx) =>
      trx.updateTable('fleet_plan').set({ expires_at: to }).where('tenant_id', '=', tenantId).execute(),
    );
  await age(new Date(Date.now() - 1_000));
  expect(await refused(anna)).toBe('VALIDATION_FAILED');
  expect(heard).toEqual([]);
  await age(new Date(Date.now() + 60_000));
  const both = await Promise.all([1, 2].map(() => call(anna, 'ha_fleet_run', { ...asked, plan_id })));
  expect(both.map(code).toSorted()).toEqual(['VALIDATION_FAILED', undefined]);
  expect(both.find(({ success }) => success)).toMatchObject({ done: 8, failed: 0 });
  expect(await refused(anna)).toBe('VALIDATION_FAILED');
  expect(new Set(heard).size).toBe(8);
  expect(heard).toHaveLength(8);
  await updateHome(db, vault, tenantId, pinned, { isPinned: false }, SYSTEM_ACTOR);
});

/** Opens in three days, wherever it is. */
function shutToday(): string {
  const day = new Intl.DateTimeFormat('en-GB', { weekday: 'short', timeZone: 'UTC' });
  return `${day.format(Date.now() + 3 * 86_400_000).toLowerCase()} 02:00-05:00`;
}

test('homes outside of their maintenance windows are left alone, by the plan and at their turn, and named with when they open', async () => {
  const set = (path: string, windows: readonly string[] | null) =>
    hub.ask('PATCH', `/tenants/fleet${path}`, { maintenanceWindows: windows });
  const asked = { ...LIGHT, where: { homes: ['home-3'] } };
  await set('', [shutToday()]);
  const none = await call(anna, 'ha_fleet_run', asked);
  expect(none).toMatchObject({
    error: { code: 'HOME_NOT_FOUND' },
    skipped: Array(10).fill({ opens_at: expect.any(String) }),
  });
  await set('', ['daily 00:00-24:00']);
  await set('/homes/home-33', [shutToday()]);
  const { plan_id, ...plan } = await call(anna, 'ha_fleet_run', asked);
  const skipped = {
    home: 'home-33',
    why: 'outside of its maintenance windows',
    opens_at: expect.stringContaining('T02:00:00'),
  };
  expect(plan).toMatchObject({ homes: 9, skipped: [skipped] });
  // Shut after the plan was made; its own windows go before those of the tenant.
  await set('/homes/home-35', [shutToday()]);
  const ended = await call(anna, 'ha_fleet_run', { ...asked, plan_id });
  expect(ended).toMatchObject({
    done: 8,
    failed: 0,
    unknown: 0,
    not_run: [],
    skipped: [{ ...skipped, home: 'home-35' }],
  });
  expect(heard).toHaveLength(8);
  expect(heard).not.toContain('Simulated home 35');
  const read = { tool: 'ha_get_overview', args: {}, where: { homes: ['home-35'] } };
  expect(await call(anna, 'ha_fleet_run', read)).toMatchObject({ done: 1 });
  await set('', []);
  await set('/homes/home-33', null);
  await set('/homes/home-35', null);
  expect(await call(anna, 'ha_fleet_run', asked)).toMatchObject({ homes: 10, skipped: [] });
});

test('a home that is left out since the plan is named, and without its canaries a plan does not run', async () => {
  const { db, vault } = hub.deps.storage;
  const pin = (slug: string, isPinned: boolean) => {
    const id = anna?.homes.find((home) => home.slug === slug)?.id ?? '';
    return updateHome(db, vault, tenantId, id, { isPinned }, SYSTEM_ACTOR);
  };
  const asked = { ...LIGHT, where: { homes: ['home-2'] } };
  const { plan_id } = await call(anna, 'ha_fleet_run', asked);
  await pin('home-20', true);
  expect(code(await call(anna, 'ha_fleet_run', { ...asked, plan_id }))).toBe('VALIDATION_FAILED');
  expect(heard).toEqual([]);
  await pin('home-20', false);
  await pin('home-25', true);
  const ended = await call(anna, 'ha_fleet_run', { ...asked, plan_id });
  await pin('home-25', false);
  expect(ended).toMatchObject({ done: 9, not_run: [], skipped: [{ home: 'home-25', why: 'pinned by the owner' }] });
  // A hub of the version before ends a job with arguments it does not know, and the plan is spent by then.
  const { args } = (await hub.deps.queue.get(tenantId, ended.job_id)) ?? {};
  const known = ['args', 'atOnce', 'isWrite', 'maxFailedPercent', 'maxFailures', 'rings', 'soakSeconds', 'tool'];
  expect(Object.keys(args ?? {}).toSorted()).toEqual(known);
});

test('a run that a newer hub began goes on at this one, which knows less of it', async () => {
  const { db } = hub.deps.storage;
  const [home] = anna?.homes.filter(({ slug }) => slug === 'home-07') ?? [];
  const { tool, args } = LIGHT;
  const how = { isWrite: true, soakSeconds: 0, maxFailures: 0, maxFailedPercent: 0, atOnce: 1 };
  const rings = [[{ id: home?.id, slug: home?.slug }]];
  const connectorId = anna?.id ?? '';
  const { job } = await hub.deps.queue.enqueue({
    ...{ tenantId, connectorId, homeId: undefined, actor: { kind: 'connector', id: connectorId }, effect: 'control' },
    ...{ kind: 'fleet.run', args: { tool, args, rings, ...how }, runAt: new Date(Date.now() + 3_600_000) },
  });
  await tenantTrx(db, tenantId, (trx) =>
    jobTables(trx)
      .updateTable('job')
      .set({ args: JSON.stringify({ tool, args, rings, ...how, fromLater: true }), run_at: new Date() })
      .where('id', '=', job.id)
      .execute(),
  );
  hub.deps.queue.hint();
  expect(await hub.deps.queue.follow(tenantId, job.id, 30_000)).toMatchObject({ state: 'done', result: { done: 1 } });
  expect(heard).toEqual(['Simulated home 7']);
});

test('a home that is pinned while a run goes on is left alone at its turn', async () => {
  const { db, vault } = hub.deps.storage;
  const late = anna?.homes.find(({ slug }) => slug === 'home-35')?.id ?? '';
  const pin = (isPinned: boolean) => updateHome(db, vault, tenantId, late, { isPinned }, SYSTEM_ACTOR);
  const asked = { ...LIGHT, where: { homes: ['home-3'] } };
  const { plan_id } = await call(anna, 'ha_fleet_run', asked);
  meanwhile = (home) => (home === 'Simulated home 30' ? pin(true) : undefined);
  const ended = await call(anna, 'ha_fleet_run', { ...asked, plan_id });
  await pin(false);
  expect(ended).toMatchObject({ done: 9, failed: 0, skipped: [{ home: 'home-35', why: 'pinned by the owner' }] });
  expect(heard).not.toContain('Simulated home 35');
});

test('a write that makes a home unwell stops at the canary', async () => {
  const written = 'light.living_room_ceiling';
  const asked = { ...LIGHT, args: { ...LIGHT.args, entity_id: written }, soak_seconds: 1 };
  const { plan_id } = await call(anna, 'ha_fleet_run', asked);
  canary.pushState(written, 'off');
  const breaking = setInterval(() => {
    if (canary.stateOf(written) === 'on') canary.pushState('light.kitchen_ceiling', 'unavailable');
  }, 1);
  const ended = await call(anna, 'ha_fleet_run', { ...asked, plan_id });
  clearInterval(breaking);
  expect(ended).toMatchObject({ done: 1, stopped: expect.stringContaining('a-canary is not well after it') });
  expect(heard).toEqual([]);
});

test('a bad update stops at the canary, and the other forty-nine homes are not asked for it', async () => {
  const { db } = hub.deps.storage;
  const person = await createPerson(db, { name: 'Berta' }, SYSTEM_ACTOR);
  const member = await ensureMember(db, tenantId, person.id, 'owner', SYSTEM_ACTOR);
  const made = { memberId: member.id, name: 'berta', ceiling: 'system', homes: { kind: 'all' } } as const;
  const berta = await connectorOf((await createConnector(db, tenantId, made, SYSTEM_ACTOR)).connector.id);
  const asked = {
    ...{ tool: 'ha_manage_updates', args: { action: 'install', entity_ids: ['update.front_door_lock_firmware'] } },
    ...{ soak_seconds: 0 },
  };
  const planned = await call(berta, 'ha_fleet_run', asked);
  expect(planned).toMatchObject({ homes: HOMES });
  const stopBreaking = setInterval(() => {
    // The device takes the update, and then shows the old version again.
    const attributes = { in_progress: false, installed_version: '2.8.1' };
    if (canary.stateOf('update.front_door_lock_firmware') === 'off')
      canary.pushState('update.front_door_lock_firmware', 'on', attributes);
  }, 1);
  const begun = await call(berta, 'ha_fleet_run', { ...asked, plan_id: planned.plan_id });
  const found = (await call(berta, 'ha_get_job', { job_id: begun.job_id, wait_seconds: 50 })).result;
  clearInterval(stopBreaking);
  expect(found).toMatchObject({ done: 0, stopped: expect.stringMatching(/^the canary a-canary ended as /) });
  expect(found.not_run).toHaveLength(HOMES - 1);
  expect(heard).toEqual([]);
}, 100_000);

test('a run that is cancelled takes with it what waits at its homes', async () => {
  const { db } = hub.deps.storage;
  const person = await createPerson(db, { name: 'Cora' }, SYSTEM_ACTOR);
  const member = await ensureMember(db, tenantId, person.id, 'owner', SYSTEM_ACTOR);
  const made = { memberId: member.id, name: 'cora', ceiling: 'system', homes: { kind: 'all' } } as const;
  const cora = await connectorOf((await createConnector(db, tenantId, made, SYSTEM_ACTOR)).connector.id);
  canary.pushState('update.front_door_lock_firmware', 'on', { in_progress: false, installed_version: '2.8.1' });
  canary.holdBackups();
  const backup = (await hub.ask('POST', '/tenants/fleet/homes/a-canary/backups')).body.job;
  const asked = {
    ...{ tool: 'ha_manage_updates', args: { action: 'install', entity_ids: ['update.front_door_lock_firmware'] } },
    ...{ where: { homes: ['a-canary'] }, soak_seconds: 0 },
  };
  const { plan_id } = await call(cora, 'ha_fleet_run', asked);
  const running = call(cora, 'ha_fleet_run', { ...asked, plan_id });
  const jobsOf = async (kind: string) =>
    (await call(cora, 'ha_list_jobs', {})).jobs.filter((one: { kind: string }) => one.kind === kind);
  const openSteps = () =>
    tenantTrx(db, tenantId, (trx) =>
      jobTables(trx).selectFrom('job_step').select('name').where('state', '=', 'open').execute(),
    );
  await expect.poll(openSteps, { timeout: 20_000 }).toContainEqual({ name: 'end of a-canary' });
  // The home is busy with its backup, so the update waits for its turn.
  expect(await jobsOf('update.install')).toMatchObject([{ status: 'queued' }]);
  const [run] = await jobsOf('fleet.run');
  expect(await call(cora, 'ha_cancel_job', { job_id: run.job_id })).toMatchObject({ status: 'cancelled' });
  expect(await jobsOf('update.install')).toMatchObject([{ status: 'cancelled' }]);
  canary.releaseBackups();
  expect(await hub.deps.queue.follow(tenantId, backup.id, 30_000)).toMatchObject({ state: 'done' });
  expect(code(await running)).toBe('CANCELLED');
}, 60_000);

test('who may begin a run may end it, and the homes after are left alone', async () => {
  const asked = { ...LIGHT, where: { homes: ['home-4'] }, soak_seconds: 3_600 };
  const { plan_id } = await call(anna, 'ha_fleet_run', asked);
  const running = call(anna, 'ha_fleet_run', { ...asked, plan_id });
  const run = async () => (await call(anna, 'ha_list_jobs', { status: 'running' })).jobs[0];
  await expect.poll(async () => (await run())?.stage, { timeout: 20_000 }).toContain('waiting 3600 s');
  const ended = await call(anna, 'ha_cancel_job', { job_id: (await run()).job_id });
  expect(ended).toMatchObject({ success: true, status: 'cancelled' });
  expect(code(await running)).toBe('CANCELLED');
  expect(heard).toHaveLength(1);
});

test('a connector that may only read ends the runs that only read', async () => {
  const { db } = hub.deps.storage;
  const made = { memberId: anna?.memberId ?? '', name: 'reader', ceiling: 'read', homes: { kind: 'all' } } as const;
  const reader = await connectorOf((await createConnector(db, tenantId, made, SYSTEM_ACTOR)).connector.id);
  const actor = { kind: 'connector', id: reader.id } as const;
  const whose = { tenantId, connectorId: reader.id, homeId: undefined, actor, kind: 'fleet.run' };
  const how = { rings: [], soakSeconds: 0, maxFailures: 0, maxFailedPercent: 0, atOnce: 1 };
  const waiting = async (effect: 'read' | 'control') => {
    const args = { tool: LIGHT.tool, args: LIGHT.args, isWrite: effect !== 'read', ...how };
    const { job } = await hub.deps.queue.enqueue({ ...whose, effect, args, runAt: new Date(Date.now() + 3_600_000) });
    return { job_id: job.id };
  };
  expect(await call(reader, 'ha_cancel_job', await waiting('read'))).toMatchObject({ status: 'cancelled' });
  // As one that was begun before the connector was held to reading.
  const write = await waiting('control');
  expect(code(await call(reader, 'ha_cancel_job', write))).toBe('EFFECT_NOT_ALLOWED');
  expect(await call(reader, 'ha_get_job', write)).toMatchObject({ status: 'queued' });
  await expect
    .poll(() => listAudit(db, tenantId, { connectorId: reader.id }), { timeout: 10_000 })
    .toEqual(
      expect.arrayContaining([
        expect.objectContaining({ tool: 'ha_cancel_job', effect: 'read', outcome: 'done' }),
        expect.objectContaining({ tool: 'ha_cancel_job', effect: 'control', outcome: 'refused' }),
      ]),
    );
});

test('what the connector may not do at a home is refused there, by the gate and not by the plan', async () => {
  const locks = { tool: 'ha_restart', args: { confirm: true }, where: { homes: ['home-1'] }, soak_seconds: 0 };
  const { plan_id } = await call(anna, 'ha_fleet_run', locks);
  const ended = await call(anna, 'ha_fleet_run', { ...locks, plan_id });
  expect(code(ended) ?? ended.homes[0].error.code).toBe('EFFECT_NOT_ALLOWED');
});

test('REST plans and runs in the name of a connector, with its limits', async () => {
  const path = '/tenants/fleet/connectors/anna/fleet/run';
  const asked = { ...LIGHT, where: { homes: ['home-2'] } };
  const plan = await hub.ask('POST', path, asked);
  expect(plan).toMatchObject({ status: 200, body: { homes: 10, plan_id: expect.any(String) } });
  expect(heard).toEqual([]);
  const ran = await hub.ask('POST', path, { ...asked, plan_id: plan.body.plan_id });
  expect(ran).toMatchObject({ status: 200, body: { done: 10, failed: 0 } });
  expect((await hub.ask('POST', path, { ...asked, plan_id: plan.body.plan_id })).status).toBeGreaterThanOrEqual(400);
});

test('the command line ends with 1 unless all homes went well', async () => {
  const run = (tool: string, args: object) =>
    runHere(['fleet', 'run', tool, '--as', 'anna', '--args', JSON.stringify(args), '--home', 'home-2'], {
      env: { HUB_URL: hub.base, HUB_ADMIN_KEY: hub.key, HUB_TENANT: 'fleet' },
    });
  expect(await run('ha_get_overview', {})).toMatchObject({ code: 0 });
  expect(await run('ha_get_state', { entity_id: 'light.nowhere' })).toMatchObject({
    ...{ code: 1, stdout: expect.stringContaining('"failed": 10') },
  });
});

test('a run that a crash cut off goes on with the homes that are left and repeats no write', async () => {
  const { db } = hub.deps.storage;
  const homes = (anna?.homes ?? [])
    .filter(({ slug }) => slug.startsWith('home-1'))
    .map(({ id, slug }) => ({ id, slug }));
  const { tool, args } = LIGHT;
  const how = { isWrite: true, soakSeconds: 0, maxFailures: 2, maxFailedPercent: 100, atOnce: 4 };
  const connectorId = anna?.id ?? '';
  const { job } = await hub.deps.queue.enqueue({
    ...{ tenantId, connectorId, homeId: undefined, actor: { kind: 'connector', id: connectorId }, effect: 'control' },
    ...{ kind: 'fleet.run', args: { tool, args, rings: [homes], ...how }, runAt: new Date(Date.now() + 3_600_000) },
  });
  await tenantTrx(db, tenantId, async (trx) => {
    // As a process leaves it that ends amid the call.
    const open = { job_id: job.id, tenant_id: tenantId, name: 'home home-15', marker: '{}' };
    await jobTables(trx).insertInto('job_step').values(open).execute();
    await jobTables(trx).updateTable('job').set({ run_at: new Date() }).where('id', '=', job.id).execute();
  });
  hub.deps.queue.hint();
  const ended = await hub.deps.queue.follow(tenantId, job.id, 30_000);
  expect(ended).toMatchObject({
    state: 'done',
    result: { done: 9, unknown: 1, failed: 0, homes: [{ home: 'home-15', outcome: 'unknown' }, ...Array(9).fill({})] },
  });
  expect(heard).toHaveLength(9);
  expect(heard).not.toContain('Simulated home 15');
});
