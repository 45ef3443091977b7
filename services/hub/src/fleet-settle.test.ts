import { newId } from '@hub/core/ids.ts';
import { SYSTEM_ACTOR } from '@hub/db/actor.ts';
import { listAudit } from '@hub/db/audit.ts';
import { readConnectorAccess } from '@hub/db/connector-access.ts';
import { createConnector } from '@hub/db/connectors.ts';
import { tenantTrx } from '@hub/db/doors.ts';
import { listEdits, trimEdits } from '@hub/db/edits.ts';
import { registerHome } from '@hub/db/homes.ts';
import { createPerson, ensureMember } from '@hub/db/people.ts';
import { createTenant } from '@hub/db/tenants.ts';
import { createCatalogue } from '@hub/gate/catalogue.ts';
import { accessOf, type ConnectorAccess } from '@hub/gate/connector-access.ts';
import { endOfCall } from '@hub/gate/end-of-call.ts';
import { type SimulatedHome, startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { tools } from '@hub/tools/registry.gen.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AdminHub, startAdminHub } from './testing/admin-hub.ts';

let hub: AdminHub;
let home: SimulatedHome;
let tenantId: string;
let homeId: string;
let connector: ConnectorAccess;

beforeAll(async () => {
  hub = await startAdminHub({ SWEEP_MINUTES: '0' });
  const { db, vault } = hub.deps.storage;
  home = await startSimulatedHome({ name: 'Cabin' });
  tenantId = (await createTenant(db, vault, { name: 'Fleet' }, SYSTEM_ACTOR)).id;
  const link = { url: home.url, token: home.token };
  homeId = (await registerHome(db, vault, tenantId, { slug: 'cabin', name: 'Cabin', link }, SYSTEM_ACTOR)).home.id;
  await hub.deps.changes.look();
  const person = await createPerson(db, { name: 'Anna' }, SYSTEM_ACTOR);
  const member = await ensureMember(db, tenantId, person.id, 'owner', SYSTEM_ACTOR);
  const made = { memberId: member.id, name: 'anna', ceiling: 'destroy', homes: { kind: 'all' } } as const;
  const { id } = (await createConnector(db, tenantId, { ...made, settings: { strict: false } }, SYSTEM_ACTOR))
    .connector;
  const access = await readConnectorAccess(db, tenantId, id);
  if (!access) throw new Error('no such connector');
  connector = accessOf(access);
});
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
  await home.close();
});

interface Called {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly callId: string;
}

async function call(tool: string, args: Called['args'], callId?: string) {
  const signal = new AbortController().signal;
  const asked = { connector, name: tool, args: { ...args, home: homeId }, signal, callId, handOverAfterMs: 0 };
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
  return (await hub.deps.gate.call(asked)).body as any;
}

function endOf({ tool, args, callId }: Called) {
  const { db, vault } = hub.deps.storage;
  const { gate, homes } = hub.deps;
  const job = { id: newId(), tenantId, connectorId: connector.id, effect: 'configure' } as const;
  const signal = new AbortController().signal;
  return endOfCall({ db, vault, homes, gate, catalogue: createCatalogue(tools) }, job, {
    tool,
    args,
    callId,
    homeId,
    signal,
  });
}

/** The trail as it stands when its process dies, and longer ago than any call takes. */
async function growOld({ callId }: Called): Promise<void> {
  await tenantTrx(hub.deps.storage.db, tenantId, async (trx) => {
    await trx.deleteFrom('audit').where('call_id', '=', callId).where('phase', '=', 'outcome').execute();
    const stored_at = new Date(Date.now() - 3_600_000);
    await trx.updateTable('audit').set({ stored_at }).where('call_id', '=', callId).execute();
  });
}

/** Its rows as they stand when its process dies amid the write, and longer ago than any call takes. */
async function dieAmid(called: Called, edit: 'stored' | 'not yet'): Promise<void> {
  const { callId } = called;
  await growOld(called);
  await tenantTrx(hub.deps.storage.db, tenantId, async (trx) => {
    if (edit === 'not yet') await trx.deleteFrom('edit').where('call_id', '=', callId).execute();
    const unfinished = { state: 'intent', after_digest: null, finished_at: null } as const;
    await trx.updateTable('edit').set(unfinished).where('call_id', '=', callId).execute();
  });
}

/** Its rows as a call leaves them that saw its answer get lost and could not read the item afterwards. */
async function endUnknown({ callId }: Called): Promise<void> {
  await tenantTrx(hub.deps.storage.db, tenantId, async (trx) => {
    const end = trx.updateTable('audit').set({ outcome: 'unknown' });
    await end.where('call_id', '=', callId).where('phase', '=', 'outcome').execute();
    const left = { state: 'unknown', after_digest: null } as const;
    await trx.updateTable('edit').set(left).where('call_id', '=', callId).execute();
  });
}

const editsOf = ({ callId }: Called) => listEdits(hub.deps.storage.db, tenantId, { callId });

const outcomes = async ({ callId }: Called) =>
  (await listAudit(hub.deps.storage.db, tenantId, { callId })).map(({ outcome }) => outcome);

const named = (tool: string, args: Called['args']): Called => ({ tool, args, callId: newId() });
const automation = (alias: string, more: object = {}) => ({
  config: { alias, triggers: [{ trigger: 'time', at: '07:00' }], actions: [{ action: 'light.turn_on' }] },
  ...more,
});

async function run({ tool, args, callId }: Called) {
  const body = await call(tool, args, callId);
  if (body.success !== true) throw new Error(JSON.stringify(body));
  return body;
}

test('a call that was given up sends nothing any more, also one that only controls', async () => {
  const light = 'light.living_room_ceiling';
  home.pushState(light, 'off');
  const given = named('ha_call_service', { domain: 'light', service: 'turn_on', entity_id: light });
  expect(await endOf(given)).toEqual({ is: 'not_done' });
  const body = await call(given.tool, given.args, given.callId);
  expect(body).toMatchObject({ success: false, error: { code: 'RESOURCE_LOCKED' } });
  expect(body.outcome).toBeUndefined();
  expect(home.stateOf(light)).toBe('off');
  const taken = named(given.tool, given.args);
  await run(taken);
  expect(await outcomes(taken)).toEqual(['done']);
  expect(await endOf(taken)).toEqual({ is: 'done' });
  expect(await endOf(named('ha_call_service', {}))).toEqual({ is: 'not_done' });
});

test('a call that the home refused is told as failed, with its code', async () => {
  const refused = named('ha_config_set_automation', { identifier: 'automation.nowhere', config: {} });
  const body = await call(refused.tool, refused.args, refused.callId);
  expect(await endOf(refused)).toMatchObject({ is: 'failed', code: body.error.code });
});

const sequence = [{ action: 'light.turn_on', target: { entity_id: 'light.living_room_ceiling' } }];
const scene = (name: string) => ({
  scene_id: 'settled',
  config: { name, entities: { 'light.living_room_ceiling': 'on' } },
});
const script = (alias: string) => ({ script_id: 'settled', config: { alias, sequence } });
const PLACE = { name: 'Settled zone', latitude: 52, longitude: 5 };

/** Each with an item to change, and how it is changed to one thing and another. */
const CHANGES: readonly (readonly [
  tool: string,
  make: object,
  idOf: string | undefined,
  change: (text: string) => object,
])[] = [
  ['ha_config_set_automation', automation('Settled'), 'unique_id', (alias) => automation(alias)],
  ['ha_config_set_script', script('Settled'), undefined, script],
  ['ha_config_set_scene', scene('Settled'), undefined, scene],
  ['ha_set_area_or_floor', { kind: 'area', name: 'Settled' }, 'area_id', (name) => ({ kind: 'area', name })],
  ['ha_set_area_or_floor', { kind: 'floor', name: 'Settled' }, 'floor_id', (name) => ({ kind: 'floor', name })],
  ['ha_config_set_label', { name: 'Settled' }, 'label_id', (name) => ({ name })],
  [
    'ha_config_set_category',
    { name: 'Settled', scope: 'automation' },
    'category_id',
    (name) => ({ name, scope: 'automation' }),
  ],
  ['ha_set_zone', PLACE, 'zone_id', (name) => ({ name })],
];
const PARAMETER: Readonly<Record<string, string>> = { unique_id: 'identifier', area_id: 'id', floor_id: 'id' };

test.each(CHANGES)(
  '%s %j: what the home shows tells of a write whose process died',
  async (tool, make, idOf, change) => {
    const made = await run(named(tool, make as Called['args']));
    const id = idOf === undefined ? {} : { [PARAMETER[idOf] ?? idOf]: made[idOf] };
    const write = (text: string) => named(tool, { ...change(text), ...id });
    const taken = write('Settled one');
    await run(taken);
    await dieAmid(taken, 'stored');
    expect(await endOf(taken)).toEqual({ is: 'done' });
    expect(await outcomes(taken)).toEqual(['done']);
    const [kept] = await editsOf(taken);
    expect(kept).toMatchObject({ state: 'done', isThere: true });
    expect(await call('ha_undo', { edit_id: kept?.id })).toMatchObject({ can_undo: true });
    for (const edit of ['stored', 'not yet'] as const) {
      const lost = write('Settled two');
      await run(lost);
      await dieAmid(lost, edit);
      // As the home stands when it never got it.
      await run(write('Settled one'));
      expect(await endOf(lost)).toEqual({ is: 'not_done' });
      expect(await endOf(lost)).toEqual({ is: 'not_done' });
      expect(await outcomes(lost)).toEqual(['cancelled']);
      expect((await editsOf(lost)).map(({ state }) => state)).toEqual(edit === 'stored' ? ['failed'] : []);
    }
  },
);

test('an automation that was made, and items that were removed, are told as done', async () => {
  const created = named('ha_config_set_automation', automation('Settled new'));
  const { unique_id: identifier } = await run(created);
  const made = async (more: Called) => {
    await run(more);
    await dieAmid(more, 'stored');
    return endOf(more);
  };
  await dieAmid(created, 'stored');
  expect(await endOf(created)).toEqual({ is: 'done' });
  expect(await made(named('ha_config_remove_automation', { identifier }))).toEqual({ is: 'done' });
  expect(await made(named('ha_config_remove_script', { script_id: 'settled' }))).toEqual({ is: 'done' });
  expect(await made(named('ha_config_remove_scene', { scene_id: 'settled' }))).toEqual({ is: 'done' });
});

test('a script that somebody else made under the name is no proof of the write', async () => {
  for (const id of ['script.mine', 'mine_too']) {
    const write = (alias: string) => named('ha_config_set_script', { script_id: id, config: { alias, sequence } });
    const lost = write('As the run wants it');
    await run(lost);
    await dieAmid(lost, 'stored');
    await run(named('ha_config_remove_script', { script_id: id }));
    const script_id = id.replace('script.', '');
    await run(named('ha_config_set_script', { script_id, config: { alias: 'Of a person', sequence } }));
    expect(await endOf(lost)).toMatchObject({ is: 'unknown' });
    await run(named('ha_config_set_script', { script_id, config: { alias: 'As the run wants it', sequence } }));
    expect(await endOf(lost)).toEqual({ is: 'done' });
  }
});

test('retention takes no edit away that has still to tell how its call ended', async () => {
  const { db } = hub.deps.storage;
  const lost = named('ha_config_set_automation', automation('Settled trimmed'));
  await run(lost);
  await growOld(lost);
  const none = { maxCount: 0, maxAgeMs: 0, maxBytes: 0 };
  await trimEdits(db, tenantId, homeId, none);
  const [kept] = await editsOf(lost);
  await call('ha_manage_backup', { scope: 'edits', action: 'delete', backup_name: kept?.id });
  expect(await endOf(lost)).toEqual({ is: 'done' });
  await trimEdits(db, tenantId, homeId, none);
  expect(await editsOf(lost)).toEqual([]);
  expect(await endOf(lost)).toEqual({ is: 'done' });
});

test('of a call that could not tell how it ended, the item tells that it was made, and never that it was not', async () => {
  const write = (alias: string) =>
    named('ha_config_set_script', { script_id: 'left_open', config: { alias, sequence } });
  await run(write('Before'));
  const made = write('After');
  await run(made);
  await endUnknown(made);
  expect(await endOf(made)).toEqual({ is: 'done' });
  expect(await editsOf(made)).toMatchObject([{ state: 'done', isThere: true }]);
  await endUnknown(made);
  await run(write('Before'));
  expect(await endOf(made)).toMatchObject({ is: 'unknown' });
  expect(await editsOf(made)).toMatchObject([{ state: 'unknown' }]);
});

test('a call that was given up writes nothing more, though it stood still before its edit', async () => {
  const { db } = hub.deps.storage;
  const write = (alias: string) =>
    named('ha_config_set_script', { script_id: 'stood_still', config: { alias, sequence } });
  await run(write('Before'));
  const late = write('Too late');
  const answer = await tenantTrx(db, tenantId, async (trx) => {
    // The item as it was cannot be stored for now, as for a process that stands still right there.
    await trx.selectFrom('blob').select('digest').forUpdate().execute();
    const answers = call(late.tool, late.args, late.callId);
    await expect.poll(() => outcomes(late)).toEqual(['unknown']);
    await growOld(late);
    expect(await endOf(late)).toEqual({ is: 'not_done' });
    return { answers };
  });
  expect(await answer.answers).toMatchObject({ success: false, error: { code: 'RESOURCE_LOCKED' } });
  expect(await call('ha_config_get_script', { script_id: 'stood_still' })).toMatchObject({
    config: { config: { alias: 'Before' } },
  });
  expect(await editsOf(late)).toEqual([]);
  expect(await endOf(late)).toEqual({ is: 'not_done' });
});

test('nothing is claimed of a write that was changed since, or that is more than one edit', async () => {
  const { area_id: id } = await run(named('ha_set_area_or_floor', { kind: 'area', name: 'Settled hall' }));
  const changed = named('ha_set_area_or_floor', { kind: 'area', id, icon: 'mdi:sofa' });
  await run(changed);
  await dieAmid(changed, 'stored');
  await run(named('ha_set_area_or_floor', { kind: 'area', id, icon: 'mdi:bed' }));
  expect(await endOf(changed)).toMatchObject({ is: 'unknown' });
  const several = named('ha_config_set_label', { name: 'Settled label', areas: [id] });
  await run(several);
  await dieAmid(several, 'not yet');
  expect(await endOf(several)).toMatchObject({ is: 'unknown' });
  const control = named('ha_call_service', {
    domain: 'light',
    service: 'toggle',
    entity_id: 'light.living_room_ceiling',
  });
  await run(control);
  await dieAmid(control, 'not yet');
  expect(await endOf(control)).toMatchObject({ is: 'unknown' });
  expect(await outcomes(control)).toEqual(['unknown']);
});

test('a call that may still be under way is waited for', async () => {
  const under = named('ha_set_area_or_floor', { kind: 'area', name: 'Settled later' });
  await run(under);
  const aside = newId();
  const renameOutcome = (from: string, to: string) =>
    tenantTrx(hub.deps.storage.db, tenantId, (trx) =>
      trx
        .updateTable('audit')
        .set({ call_id: to })
        .where('call_id', '=', from)
        .where('phase', '=', 'outcome')
        .execute(),
    );
  await renameOutcome(under.callId, aside);
  const told: unknown[] = [];
  const waiting = endOf(under).then((end) => told.push(end));
  await call('ha_get_state', { entity_id: 'light.living_room_ceiling' });
  expect(told).toEqual([]);
  await renameOutcome(aside, under.callId);
  await waiting;
  expect(told).toEqual([{ is: 'done' }]);
});

test('a call that went on as a job is found by it, also when its process died before it said so', async () => {
  home.pushState('update.front_door_lock_firmware', 'on', { in_progress: false, installed_version: '2.8.1' });
  const install = { action: 'install', entity_ids: ['update.front_door_lock_firmware'] };
  const update = named('ha_manage_updates', install);
  const { job_id: jobId } = await run(update);
  expect(await endOf(update)).toEqual({ is: 'goes_on', jobId });
  await dieAmid(update, 'not yet');
  expect(await endOf(update)).toEqual({ is: 'goes_on', jobId });
  expect(await hub.deps.queue.follow(tenantId, jobId, 30_000)).toMatchObject({ state: 'done' });
});
