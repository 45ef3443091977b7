import { SYSTEM_ACTOR } from '@hub/db/actor.ts';
import { updateHome } from '@hub/db/homes.ts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { effectiveSettings } from './connector-access.ts';
import type { CallResult } from './envelope.ts';
import { type OpenGate, openGate } from './testing/open-gate.ts';

let open: OpenGate;
let homeIds: readonly string[];
beforeAll(async () => {
  open = await openGate({ homeCount: 2 });
  homeIds = (await open.connector()).homes.map(({ id }) => id);
});
afterAll(() => open[Symbol.asyncDispose]());
afterEach(() => setHomes({}, {}));

async function setHomes(...settings: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
  const { db, vault } = open.database;
  for (const [n, one] of settings.entries()) {
    await updateHome(db, vault, open.tenantId, homeIds[n] ?? '', { settings: one }, SYSTEM_ACTOR);
  }
}

const only = (n: number) => ({ homes: { kind: 'list', homeIds: [homeIds[n] ?? ''] } }) as const;
const errorOf = ({ body }: CallResult) => body['error'] as { code: string; suggestions?: string[] };
const light = (home?: string) => ({
  domain: 'light',
  service: 'turn_on',
  entity_id: 'light.hallway',
  ...(home ? { home } : {}),
});

describe('what a home says for its connectors', () => {
  test('holds for a connector that reaches it alone and says nothing itself', async () => {
    await setHomes({ readOnly: true, toolSearch: 'on' });
    const connector = await open.connector(only(0));
    expect(connector.settings).toMatchObject({ readOnly: true, toolSearch: 'on' });
    expect(errorOf(await open.call(connector, 'ha_call_service', light())).code).toBe('READ_ONLY_MODE');
    const own = await open.connector({ ...only(0), settings: { readOnly: false, toolSearch: 'off' } });
    expect(own.settings).toMatchObject({ readOnly: false, toolSearch: 'off' });
    expect((await open.call(own, 'ha_call_service', light())).isError).toBe(false);
  });

  test('shapes the list of a connector with several homes where all say it alike', () => {
    const [on, off] = [
      { settings: { toolSearch: 'on', strict: false } },
      { settings: { toolSearch: 'off', strict: false } },
    ];
    expect(effectiveSettings({}, [on, on])).toMatchObject({ toolSearch: 'on', strict: false });
    expect(effectiveSettings({}, [on, off])).toMatchObject({ toolSearch: 'off', strict: false });
    expect(effectiveSettings({}, [on, { settings: {} }])).toMatchObject({ toolSearch: 'off', strict: true });
    expect(effectiveSettings({ strict: true }, [on, on]).strict).toBe(true);
  });

  test('never opens more to one connector than its owner wrote: entity rules are not taken from homes', () => {
    const rules = { settings: { visibility: { allow: { domains: ['light'] } }, askUpTo: 'destroy' } };
    expect(effectiveSettings({}, [rules])).not.toHaveProperty('visibility');
    expect(effectiveSettings({}, [rules])).not.toHaveProperty('askUpTo');
  });
});

describe('with several homes', () => {
  test('the list is the union, and a tool off at the chosen home says where it is on', async () => {
    await setHomes({ disabledTools: ['ha_eval_template'] }, {});
    const connector = await open.connector();
    expect(open.gate.list(connector).some(({ name }) => name === 'ha_eval_template')).toBe(true);
    const off = await open.call(connector, 'ha_eval_template', { home: 'home-1', template: '{{ 1 }}' });
    expect(off.body).toMatchObject({ error: { code: 'TOOL_NOT_AVAILABLE' }, on_at: ['home-2'] });
    expect(errorOf(off).suggestions).toContain('It is on at: home-2.');
    const on = await open.call(connector, 'ha_eval_template', { home: 'home-2', template: '{{ 1 }}' });
    expect(on.isError).toBe(false);
    await setHomes({ disabledTools: ['ha_eval_template'] }, { disabledTools: ['ha_eval_template', 'ha_get_history'] });
    const names = open.gate.list(await open.connector()).map(({ name }) => name);
    expect(names).not.toContain('ha_eval_template');
    expect(names).toContain('ha_get_history');
  });

  test('a home that is read-only is so for itself alone, and a home with a lower ceiling too', async () => {
    await setHomes({ readOnly: true }, {});
    const connector = await open.connector();
    const refused = await open.call(connector, 'ha_call_service', light('home-1'));
    expect(refused.body).toMatchObject({ error: { code: 'READ_ONLY_MODE' }, on_at: ['home-2'] });
    expect((await open.call(connector, 'ha_call_service', light('home-2'))).body).toMatchObject({ home: 'home-2' });
  });

  test('each answer says of which home it is; with one home nothing is added', async () => {
    const connector = await open.connector();
    const read = await open.call(connector, 'ha_get_state', { home: 'home-2', entity_id: 'sun.sun' });
    expect(read.body).toMatchObject({ home: 'home-2' });
    const single = await open.call(await open.connector(only(0)), 'ha_get_state', { entity_id: 'sun.sun' });
    expect(single.body).not.toHaveProperty('home');
  });

  test('ha_list_homes tells the state of each home as its link says now', async () => {
    const connector = await open.connector();
    await open.call(connector, 'ha_get_state', { home: 'home-1', entity_id: 'sun.sun' });
    const { body } = await open.call(connector, 'ha_list_homes', {});
    expect(body).toMatchObject({ homes: [{ slug: 'home-1', state: 'running' }, { slug: 'home-2' }] });
  });
});

test('what is mandatory stays on, whatever is stored', async () => {
  const connector = await open.connector({
    settings: { disabledTools: ['ha_search', 'ha_get_state', 'ha_get_history'] },
  });
  const names = open.gate.list(connector).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['ha_search', 'ha_get_state']));
  expect(names).not.toContain('ha_get_history');
});

test('a remembered tool that left the list answers that the list changed and how to refresh it', async () => {
  const connector = await open.connector({ settings: { disabledTools: ['ha_eval_template'] } });
  const answer = await open.call(connector, 'ha_eval_template', { home: 'home-1', template: '{{ 1 }}' });
  expect(answer.body).toMatchObject({ list_changed: true, tool_name: 'ha_eval_template' });
  expect(errorOf(answer).suggestions?.join(' ')).toContain('tools/list');
});
