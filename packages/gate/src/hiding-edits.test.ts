import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConnectorAccess } from './connector-access.ts';
import { type OpenGate, openGate } from './testing/open-gate.ts';

const LAMP = 'light.hallway';

let open: OpenGate;
let owner: ConnectorAccess;
beforeAll(async () => {
  open = await openGate();
  owner = await open.connector({ ceiling: 'destroy', settings: { strict: false } });
});
afterAll(() => open[Symbol.asyncDispose]());

/** The same connector, once its owner has hidden these from it. */
const hiding = (connector: ConnectorAccess, ...entities: string[]): ConnectorAccess => ({
  ...connector,
  settings: {
    ...connector.settings,
    visibility: {
      deny: { entities, areas: [], labels: [], domains: [] },
      ...{ allow: undefined, excludeHidden: false, excludeCategories: [], ceiling: 'destroy' },
    },
  },
});
const call = async (as: ConnectorAccess, name: string, args: unknown) => (await open.call(as, name, args)).body;
const done = async (as: ConnectorAccess, name: string, args: unknown) => {
  const body = await call(as, name, args);
  expect(body).toMatchObject({ success: true });
  return body;
};
const edits = (as: ConnectorAccess, action: string, more: object = {}) =>
  open.call(as, 'ha_manage_backup', { scope: 'edits', action, ...more });
const codeOf = (body: Readonly<Record<string, unknown>>) => (body['error'] as { code?: string } | undefined)?.code;

describe('what a connector changed and then may not see any more', () => {
  const scriptOf = (script_id: string, lamp: string, mode: string) => ({
    script_id,
    config: { mode, sequence: [{ action: 'light.turn_on', target: { entity_id: lamp } }] },
  });

  test.each([
    [
      'a script that names it',
      LAMP,
      'ha_config_set_script',
      ['single', 'queued'].map((mode) => scriptOf('names_it', LAMP, mode)),
      async () => (await call(owner, 'ha_config_get_script', { script_id: 'names_it' }))['config'],
    ],
    [
      'a script that is hidden itself',
      'script.hidden_itself',
      'ha_config_set_script',
      ['single', 'queued'].map((mode) => scriptOf('hidden_itself', 'light.garden', mode)),
      async () => (await call(owner, 'ha_config_get_script', { script_id: 'hidden_itself' }))['config'],
    ],
    [
      'the entity',
      LAMP,
      'ha_set_entity',
      ['One', 'Two'].map((name) => ({ entity_id: LAMP, name })),
      async () => (await call(owner, 'ha_get_entity', { entity_id: LAMP }))['entity_entry'],
    ],
    [
      'a helper',
      'input_boolean.hidden_wish',
      'ha_config_set_helper',
      [
        { helper_type: 'input_boolean', name: 'Hidden wish' },
        { helper_type: 'input_boolean', helper_id: 'hidden_wish', icon: 'mdi:leaf' },
      ],
      async () => call(owner, 'ha_config_list_helpers', { helper_type: 'input_boolean' }),
    ],
  ])('%s is neither shown nor undone nor restored', async (_title, hidden, tool, writes, now) => {
    const own = await open.connector({ ceiling: 'destroy', settings: { strict: false } });
    for (const args of writes) await done(own, tool, args);
    const before = await now();
    expect(JSON.stringify(before)).toMatch(/queued|Two|leaf/);
    const guest = hiding(own, hidden);
    const [edit] = ((await edits(owner, 'list')).body as { data: { backups: { edit_id: string }[] } }).data.backups;
    const id = edit?.edit_id;
    for (const [name, args] of [
      ['ha_manage_backup', { scope: 'edits', action: 'view', backup_name: id }],
      ['ha_manage_backup', { scope: 'edits', action: 'diff', backup_name: id }],
      ['ha_manage_backup', { scope: 'edits', action: 'restore', backup_name: id }],
      ['ha_undo', {}],
      ['ha_undo', { confirm: true }],
      ['ha_undo', { edit_id: id, confirm: true }],
    ] as const) {
      const { isError, body, text } = await open.call(guest, name, args);
      const title = `${name} ${JSON.stringify(args)}: ${text}`;
      expect(isError, title).toBe(true);
      expect(['RESOURCE_NOT_FOUND', 'ENTITY_VISIBILITY_ENFORCED'], title).toContain(codeOf(body));
      expect(text, title).not.toContain('queued');
    }
    const preview = await open.call(guest, tool, { ...writes[1], preview: true });
    expect(preview.isError, preview.text).toBe(true);
    expect(preview.text).not.toMatch(/"before"|diff|queued/);
    expect(await now()).toEqual(before);
  });

  test('the rest of its changes is listed and undone as before', async () => {
    const own = await open.connector({ ceiling: 'destroy', settings: { strict: false } });
    await done(own, 'ha_config_set_label', { name: 'In sight' });
    await done(own, 'ha_set_entity', { entity_id: LAMP, name: 'Three' });
    await done(own, 'ha_config_set_label', { label_id: 'in_sight', name: 'In plain sight' });
    await done(own, 'ha_set_entity', { entity_id: LAMP, name: 'Four' });
    const guest = hiding(own, LAMP);
    const { body, isError } = await edits(guest, 'list', { limit: 1 });
    expect(isError).toBe(false);
    expect(body).toMatchObject({ data: { count: 1, backups: [{ domain: 'label', entity_id: 'in_sight' }] } });
    expect(await call(guest, 'ha_undo', { confirm: true })).toMatchObject({ undone: [{ item_id: 'in_sight' }] });
    expect(await call(owner, 'ha_config_get_label', { label_id: 'in_sight' })).toMatchObject({
      label: { name: 'In sight' },
    });
    const entity = JSON.stringify(await call(owner, 'ha_get_entity', { entity_id: LAMP }));
    expect(entity).toContain('"Four"');
  });

  test('a script that is hidden is not written over either', async () => {
    const config = { sequence: [{ delay: 1 }] };
    await done(owner, 'ha_config_set_script', { script_id: 'not_theirs', config });
    const guest = hiding(owner, 'script.not_theirs');
    const args = { script_id: 'not_theirs', config: { ...config, mode: 'queued' } };
    expect(codeOf(await call(guest, 'ha_config_set_script', args))).toBe('ENTITY_NOT_FOUND');
    expect(await call(owner, 'ha_config_get_script', { script_id: 'not_theirs' })).not.toMatchObject({
      config: { config: { mode: 'queued' } },
    });
  });
});
