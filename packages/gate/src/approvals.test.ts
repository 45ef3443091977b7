import { decideApproval, listApprovals } from '@hub/db/approvals.ts';
import { listAudit } from '@hub/db/audit.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenGate, openGate } from './testing/open-gate.ts';

const UNLOCK = { domain: 'lock', service: 'unlock', entity_id: 'lock.front_door' };
const LOCK = { ...UNLOCK, service: 'lock' };

let open: OpenGate;
beforeAll(async () => {
  open = await openGate();
});
afterAll(() => open[Symbol.asyncDispose]());

const codeOf = (body: Readonly<Record<string, unknown>>) => (body['error'] as { code?: string } | undefined)?.code;
const allow = (id: unknown, decision: 'allowed' | 'denied' = 'allowed') =>
  decideApproval(open.database.db, open.tenantId, String(id), decision, { kind: 'operator' });
const asking = (askUpTo = 'secure') => open.connector({ ceiling: 'control', settings: { askUpTo, strict: false } });

test('what may be asked for is refused with the line that allows it, and runs once when it was allowed', async () => {
  const connector = await asking();
  const refused = await open.call(connector, 'ha_call_service', UNLOCK);
  expect(codeOf(refused.body)).toBe('USER_APPROVAL_REQUIRED');
  expect(refused.text).toContain(`hub approvals allow ${refused.body['approval_id']} --tenant ${connector.tenantSlug}`);
  expect(open.homes[0]?.stateOf('lock.front_door')).toBe('locked');

  const [waiting] = await listApprovals(open.database.db, open.tenantId);
  expect(waiting).toMatchObject({ tool: 'ha_call_service', effect: 'secure', reaches: ['lock.front_door'] });
  expect(waiting?.reason).toContain('unlock');
  await allow(refused.body['approval_id']);

  const other = await open.call(connector, 'ha_call_service', { ...UNLOCK, service: 'open' });
  expect(codeOf(other.body)).toBe('USER_APPROVAL_REQUIRED');
  const stranger = await open.call(await asking(), 'ha_call_service', UNLOCK);
  expect(codeOf(stranger.body)).toBe('USER_APPROVAL_REQUIRED');

  expect((await open.call(connector, 'ha_call_service', UNLOCK)).isError).toBe(false);
  expect(open.homes[0]?.stateOf('lock.front_door')).toBe('unlocked');
  expect(codeOf((await open.call(connector, 'ha_call_service', UNLOCK)).body)).toBe('USER_APPROVAL_REQUIRED');

  await open.trail.flush();
  const trail = await listAudit(open.database.db, open.tenantId, { connectorId: connector.id });
  expect(trail.map(({ decision, outcome }) => `${decision} ${outcome}`).sort()).toEqual([
    ...['allow done', 'ask refused', 'ask refused', 'ask refused'],
  ]);
});

test('of two calls at the same time one runs', async () => {
  const connector = await asking();
  const { body } = await open.call(connector, 'ha_call_service', LOCK);
  await allow(body['approval_id']);
  const both = await Promise.all([1, 2].map(() => open.call(connector, 'ha_call_service', LOCK)));
  expect(both.map(({ isError }) => isError).sort()).toEqual([false, true]);
});

test('a script changed after it was allowed must be asked for again', async () => {
  const owner = await open.connector({ ceiling: 'destroy', settings: { strict: false } });
  const write = (entityId: string) =>
    open.call(owner, 'ha_config_set_script', {
      script_id: 'asked',
      config: { sequence: [{ action: 'lock.lock', target: { entity_id: entityId } }] },
    });
  expect((await write('lock.front_door')).isError).toBe(false);
  const connector = await asking();
  const call = { domain: 'script', service: 'turn_on', entity_id: 'script.asked' };
  const { body } = await open.call(connector, 'ha_call_service', call);
  await allow(body['approval_id']);
  expect((await write('all')).isError).toBe(false);
  expect(codeOf((await open.call(connector, 'ha_call_service', call)).body)).toBe('USER_APPROVAL_REQUIRED');
});

test('what was denied stays denied, and a decision is made once', async () => {
  const connector = await asking();
  const { body } = await open.call(connector, 'ha_call_service', UNLOCK);
  await allow(body['approval_id'], 'denied');
  expect(codeOf((await open.call(connector, 'ha_call_service', UNLOCK)).body)).toBe('USER_DENIED');
  await expect(allow(body['approval_id'])).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
});

test('few wait at a time', async () => {
  const connector = await asking();
  for (const code of ['1', '2', '3', '4', '5', '6']) {
    const { body } = await open.call(connector, 'ha_call_service', { ...UNLOCK, data: { code } });
    expect(codeOf(body)).toBe('USER_APPROVAL_REQUIRED');
    expect('approval_id' in body).toBe(code !== '6');
  }
  const waiting = await listApprovals(open.database.db, open.tenantId);
  expect(waiting.filter(({ connectorId }) => connectorId === connector.id)).toHaveLength(5);
  expect(JSON.stringify(waiting)).not.toMatch(/"code":"[1-6]"/);
});

test('beyond what may be asked for, and beyond role and home, it stays a plain refusal', async () => {
  const restart = { ws_command: 'usb/scan' };
  expect(codeOf((await open.call(await asking(), 'ha_call_service', restart)).body)).toBe('EFFECT_NOT_ALLOWED');
  const guest = { ...(await asking('destroy')), role: 'guest' as const };
  expect(codeOf((await open.call(guest, 'ha_call_service', UNLOCK)).body)).toBe('EFFECT_NOT_ALLOWED');
});

test('the asker has no way to allow: no tool of the list does it, and a connector is no actor that decides', async () => {
  const connector = await asking('destroy');
  expect(open.gate.list(connector).filter(({ name }) => /approv/.test(name))).toEqual([]);
  const { body } = await open.call(connector, 'ha_call_service', UNLOCK);
  const own = { kind: 'connector', id: connector.id } as const;
  const decision = decideApproval(open.database.db, open.tenantId, String(body['approval_id']), 'allowed', own);
  await expect(decision).rejects.toThrow('cannot decide');
});
