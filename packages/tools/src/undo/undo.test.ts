import { readdirSync, readFileSync } from 'node:fs';
import type { View } from '@hub/ha/view.ts';
import { describe, expect, it } from 'vitest';
import { tool as removePlace } from '../areas/remove.ts';
import { tool as setPlace } from '../areas/set.ts';
import { tool as removeAutomation } from '../automations/remove.ts';
import { tool as setAutomation } from '../automations/set.ts';
import { tool as manageBackup } from '../backups/manage.ts';
import { tool as removeEvent } from '../calendar/remove.ts';
import { tool as setEvent } from '../calendar/set.ts';
import { tool as removeCategory } from '../categories/remove.ts';
import { tool as setCategory } from '../categories/set.ts';
import { tool as removeDashboard } from '../dashboards/delete.ts';
import { tool as removeResource } from '../dashboards/delete-resource.ts';
import { tool as setDashboard } from '../dashboards/set.ts';
import { tool as setResource } from '../dashboards/set-resource.ts';
import type { Tool } from '../define.ts';
import { tool as setDevice } from '../devices/set.ts';
import { tool as setEntity } from '../entities/set.ts';
import { tool as removeGroup } from '../groups/remove.ts';
import { tool as setGroup } from '../groups/set.ts';
import { tool as removeHelper } from '../helpers/remove.ts';
import { tool as setHelper } from '../helpers/set.ts';
import { tool as setIntegration } from '../integrations/set.ts';
import { withIntegration } from '../integrations/testing/with-integration.ts';
import { tool as removeLabel } from '../labels/remove.ts';
import { tool as setLabel } from '../labels/set.ts';
import { tool as removeScene } from '../scenes/remove.ts';
import { tool as setScene } from '../scenes/set.ts';
import { tool as removeScript } from '../scripts/remove.ts';
import { tool as setScript } from '../scripts/set.ts';
import { describeHomes, describeRealHome } from '../testing/each-home.ts';
import type { MemoryEdit } from '../testing/memory-edits.ts';
import { withCalendar, withTodoList } from '../testing/own-entry.ts';
import { runTool } from '../testing/run-tool.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { tool as removeTodo } from '../todo/remove.ts';
import { tool as setTodo } from '../todo/set.ts';
import { tool as removeZone } from '../zones/remove.ts';
import { tool as setZone } from '../zones/set.ts';
import { isSameItem } from './applier.ts';
import { applierOf, isRefused } from './appliers.ts';
import { tool } from './undo.ts';

type Call = readonly [tool: Tool, args: Readonly<Record<string, unknown>>];

/** A connector at work: each call has an id of its own, and its edits stay. */
function connectorAt(view: View) {
  const store: MemoryEdit[] = [];
  const call = async (one: Tool, args: Readonly<Record<string, unknown>>) =>
    (await runTool(one, args, createToolContext({ view, store, tool: one.name }))) as Record<string, unknown>;
  return { store, call };
}

function newest(store: readonly MemoryEdit[], title: string) {
  const [edit] = store;
  const applier = edit && applierOf(edit.item.kind);
  if (!edit || !applier) throw new Error(`${title} kept no edit that can be undone`);
  return { edit, applier };
}

/** Each step is made, undone, and made again; an item is compared with what it was before each step. */
async function walk(view: View, steps: (at: { id: string }) => readonly Call[]): Promise<void> {
  const { store, call } = connectorAt(view);
  const at = { id: '' };
  const count = steps(at).length;
  for (let step = 0; step < count; step += 1) {
    const [one, args] = steps(at)[step] ?? [];
    if (!one || !args) continue;
    const title = `${one.name} ${JSON.stringify(args)}`;
    await call(one, args);
    const { edit, applier } = newest(store, title);
    const shown = await call(tool, {});
    expect(shown, title).toMatchObject({ preview: true, can_undo: true });
    const undone = await call(tool, { confirm: true });
    expect(undone, title).not.toHaveProperty('partial');
    const id = (undone['undone'] as { item_id: string }[])[0]?.item_id ?? '';
    const back = await applier.read(
      { home: view, signal: new AbortController().signal },
      id,
      edit.before ?? edit.after,
    );
    expect(isSameItem(applier, back, edit.before), `${title}: ${JSON.stringify([back, edit.before])}`).toBe(true);
    if (edit.before !== undefined) at.id = id;
    await call(steps(at)[step]?.[0] ?? one, steps(at)[step]?.[1] ?? args);
    at.id = store[0]?.item.id ?? '';
  }
}

await describeHomes('ha_undo walks', (context) => {
  const light = 'light.kitchen';
  const actions = [{ action: 'light.turn_on', target: { entity_id: 'light.undo_none' } }];

  it(
    'automations',
    () =>
      walk(context().home, (at) => [
        [
          setAutomation,
          { config: { alias: 'Undo walk', triggers: [{ trigger: 'event', event_type: 'undo' }], actions } },
        ],
        [
          setAutomation,
          {
            identifier: at.id,
            config: { alias: 'Undo walk 2', triggers: [{ trigger: 'event', event_type: 'undo2' }], actions },
          },
        ],
        [removeAutomation, { identifier: at.id }],
      ]),
    60_000,
  );

  it(
    'scripts',
    () =>
      walk(context().home, () => [
        [setScript, { script_id: 'undo_walk', config: { alias: 'Undo walk', sequence: actions } }],
        [setScript, { script_id: 'undo_walk', config: { alias: 'Undo walk', mode: 'queued', sequence: actions } }],
        [removeScript, { script_id: 'undo_walk' }],
      ]),
    60_000,
  );

  it(
    'scenes',
    () =>
      walk(context().home, () => [
        [setScene, { scene_id: 'undo_walk', config: { name: 'Undo walk', entities: { [light]: 'on' } } }],
        [setScene, { scene_id: 'undo_walk', config: { name: 'Undo walk', entities: { [light]: 'off' } } }],
        [removeScene, { scene_id: 'undo_walk' }],
      ]),
    60_000,
  );

  it(
    'helpers, and one that was renamed comes back under its old id',
    () =>
      walk(context().home, (at) => [
        [setHelper, { helper_type: 'input_number', name: 'Undo walk', min: 0, max: 10 }],
        [setHelper, { helper_type: 'input_number', helper_id: at.id, name: 'Another name', max: 20, icon: 'mdi:leaf' }],
        [removeHelper, { target: at.id, helper_type: 'input_number', confirm: true }],
      ]),
    60_000,
  );

  it(
    'zones',
    () =>
      walk(context().home, (at) => [
        [setZone, { name: 'Undo walk', latitude: 1, longitude: 2 }],
        [setZone, { zone_id: at.id, radius: 50 }],
        [removeZone, { zone_id: at.id }],
      ]),
    60_000,
  );

  it('areas and floors', async () => {
    for (const kind of ['area', 'floor'])
      await walk(context().home, (at) => [
        [setPlace, { kind, name: `Undo walk ${kind}` }],
        [setPlace, { kind, id: at.id, name: `Undo walked ${kind}`, icon: 'mdi:sofa', aliases: ['den'] }],
        [removePlace, { kind, id: at.id }],
      ]);
  }, 60_000);

  it('labels and categories', async () => {
    await walk(context().home, (at) => [
      [setLabel, { name: 'Undo walk', color: 'red' }],
      [setLabel, { label_id: at.id, name: 'Undo walked', description: 'x' }],
      [removeLabel, { label_id: at.id }],
    ]);
    await walk(context().home, (at) => {
      const id = at.id.split('/')[1] ?? '';
      return [
        [setCategory, { scope: 'automation', name: 'Undo walk' }],
        [setCategory, { scope: 'automation', category_id: id, name: 'Undo walked', icon: 'mdi:leaf' }],
        [removeCategory, { scope: 'automation', category_id: id }],
      ];
    });
  }, 60_000);

  it('dashboards', async () => {
    const views = (title: string) => ({ views: [{ title, cards: [] }] });
    await walk(context().home, () => [
      [setDashboard, { url_path: 'undo-walk', title: 'Undo walk', config: views('One') }],
      [setDashboard, { url_path: 'undo-walk', title: 'Undo walked', config: views('Two') }],
      [removeDashboard, { url_path: 'undo-walk' }],
    ]);
  }, 60_000);

  it('what a label was on has it again', async () => {
    const { home } = context();
    const { call } = connectorAt(home);
    const [entityId] = [...(await home.entities()).keys()].filter((id) => id.startsWith('light.'));
    const [deviceId] = [...(await home.devices()).keys()];
    const made = await call(setLabel, { name: 'Undo members' });
    const label = String(made['label_id']);
    await call(setEntity, { entity_id: entityId, labels: [label], label_operation: 'add' });
    await call(setDevice, { device_id: deviceId, labels: [label] });
    await call(removeLabel, { label_id: label });
    const undone = await call(tool, { confirm: true });
    expect(undone).not.toHaveProperty('warnings');
    const row = await home.send({ type: 'config/entity_registry/get', entity_id: entityId });
    expect(row).toMatchObject({ labels: [label] });
    expect(await home.send({ type: 'config/device_registry/list' })).toContainEqual(
      expect.objectContaining({ id: deviceId, labels: [label] }),
    );
    await call(removeLabel, { label_id: label });
  }, 60_000);

  it('entities, whose new id goes back too, and devices', async () => {
    const { home } = context();
    const { call, store } = connectorAt(home);
    const made = await call(setHelper, { helper_type: 'input_button', name: 'Undo entity' });
    const entityId = String(made['entity_id']);
    await call(setEntity, {
      entity_id: entityId,
      name: 'Knob',
      new_entity_id: 'input_button.undo_renamed',
      hidden: true,
    });
    await call(tool, { confirm: true });
    const row = await home.send({ type: 'config/entity_registry/get', entity_id: entityId });
    expect(row).toMatchObject({ entity_id: entityId, name: null, hidden_by: null });
    const [deviceId] = [...(await home.devices()).keys()];
    await call(setDevice, { device_id: deviceId, name: 'Undo device' });
    expect(store[0]?.item.kind).toBe('device');
    await call(tool, { confirm: true });
    const devices = await home.send({ type: 'config/device_registry/list' });
    expect(devices).toContainEqual(expect.objectContaining({ id: deviceId, name_by_user: null }));
    await call(removeHelper, { target: entityId, confirm: true });
  }, 60_000);

  it('shows first, refuses what was changed since, and goes further back each time', async () => {
    const { home } = context();
    const { call, store } = connectorAt(home);
    const set = (mode: string) =>
      call(setScript, { script_id: 'undo_order', config: { alias: 'Undo order', mode, sequence: actions } });
    await set('single');
    await set('queued');
    await set('parallel');
    const preview = await call(tool, {});
    expect(preview).toMatchObject({
      preview: true,
      can_undo: true,
      changes: [{ kind: 'script', undo: 'change_back', state: 'ready' }],
    });
    expect(JSON.stringify(preview)).toContain('-  \\"mode\\": \\"parallel\\"');
    expect(store).toHaveLength(3);
    await call(tool, { confirm: true });
    await call(tool, { confirm: true });
    const got = () =>
      applierOf('script')?.read({ home, signal: new AbortController().signal }, 'undo_order', undefined);
    expect(await got()).toMatchObject({ mode: 'single' });
    // The undo of an undo, by its id.
    await call(tool, { edit_id: store[0]?.id, confirm: true });
    expect(await got()).toMatchObject({ mode: 'queued' });
    // Somebody else changes it.
    await connectorAt(home).call(setScript, {
      script_id: 'undo_order',
      config: { alias: 'By hand', mode: 'restart', sequence: actions },
    });
    const named = { edit_id: store[3]?.id };
    expect(await call(tool, named)).toMatchObject({ preview: true, can_undo: false, changes: [{ state: 'changed' }] });
    await expect(call(tool, { ...named, confirm: true })).rejects.toMatchObject({
      code: 'SERVICE_CALL_FAILED',
      message: expect.stringContaining('Conflict'),
    });
    expect(await got()).toMatchObject({ alias: 'By hand' });
    await call(removeScript, { script_id: 'undo_order' });
  }, 60_000);

  it('nothing kept, an unknown edit and somebody else’s are told apart', async () => {
    const { call, store } = connectorAt(context().home);
    await expect(call(tool, {})).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
    await expect(call(tool, { edit_id: 'label.none.20260101_000000' })).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
    });
    const { label_id: label } = await call(setLabel, { name: 'Undo theirs' });
    store.splice(0, 1, ...store.map((edit) => ({ ...edit, isOwn: false })));
    await expect(call(tool, { edit_id: store[0]?.id })).rejects.toMatchObject({
      code: 'AUTH_INSUFFICIENT_PERMISSIONS',
    });
    await call(removeLabel, { label_id: label });
  });

  it('kept items are listed, shown, compared and restored by name, with a safety copy', async () => {
    const { home } = context();
    const { call, store } = connectorAt(home);
    const edits = (action: string, more: Readonly<Record<string, unknown>> = {}) =>
      call(manageBackup, { scope: 'edits', action, ...more }).then(
        (answer) => answer['data'] as Record<string, unknown>,
      );
    const set = (alias: string) => call(setScript, { script_id: 'kept', config: { alias, sequence: actions } });
    await set('First');
    await set('Second');
    const listed = await edits('list', { domain: 'script', entity_id: 'script.kept' });
    const name = expect.stringMatching(/^script\.kept\.\d{8}_\d{6}_\d{3}$/);
    const row = { name, domain: 'script', entity_id: 'kept', timestamp: expect.stringMatching(/^\d{8}_\d{6}$/) };
    expect(listed).toMatchObject({
      count: 1,
      enabled: true,
      backups: [{ ...row, size: expect.any(Number), mtime: expect.any(Number) }],
    });
    const backup_name = (listed['backups'] as { name: string }[])[0]?.name;
    expect(await edits('view', { backup_name })).toMatchObject({
      domain: 'script',
      config: { alias: 'First' },
      tool: 'ha_config_set_script',
    });
    const diff = await edits('diff', { backup_name });
    expect(diff).toMatchObject({ backup_name, entity_missing: false, unchanged: false, truncated: false });
    expect(diff['diff']).toContain('+  "alias": "First"');
    await call(removeScript, { script_id: 'kept' });
    expect(await edits('diff', { backup_name })).toMatchObject({ entity_missing: true });
    const restored = await edits('restore', { backup_name });
    expect(restored).toMatchObject({
      restored_from: backup_name,
      entity_id: 'kept',
      safety_backup: null,
      result: { operation: 'created' },
    });
    await set('Third');
    const again = await edits('restore', {
      backup_name: store.find(({ before }) => (before as { alias?: string })?.alias === 'First')?.id,
    });
    expect(again).toMatchObject({ safety_backup: name, result: { operation: 'updated' } });
    expect(await edits('restore', { backup_name: `${backup_name}.yaml` })).toMatchObject({
      result: { operation: 'unchanged' },
    });
    const gone = await edits('delete', { domain: 'script', entity_id: 'kept', older_than_days: 0 });
    expect(gone['count']).toBeGreaterThan(1);
    expect(await edits('list', { domain: 'script' })).toMatchObject({ count: 0, backups: [] });
    await expect(edits('view', { backup_name })).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
    await call(removeScript, { script_id: 'kept' });
  }, 60_000);
});

await describeRealHome('ha_undo walks', (context) => {
  it('an integration that was stopped and started', async () => {
    const { home } = context();
    const config = { name: 'Undo stop', entity_ids: ['sensor.outside_temperature'], type: 'max' };
    await withIntegration(context, 'min_max', config, ({ entryId }) =>
      walk(home, () => [
        [setIntegration, { entry_id: entryId, enabled: false }],
        [setIntegration, { entry_id: entryId, enabled: true }],
      ]),
    );
  });

  it(
    'groups',
    () =>
      walk(context().home, () => [
        [setGroup, { object_id: 'undo_walk', entities: ['sun.sun', 'zone.home'], name: 'Undo walk' }],
        [setGroup, { object_id: 'undo_walk', remove_entities: ['sun.sun'] }],
        [removeGroup, { object_id: 'undo_walk' }],
      ]),
    60_000,
  );

  it('dashboard resources', async () => {
    await walk(context().home, (at) => [
      [setResource, { url: '/local/undo-walk.js' }],
      [setResource, { resource_id: at.id, url: '/local/undo-walk-2.js' }],
      [removeResource, { resource_id: at.id }],
    ]);
  }, 60_000);

  it(
    'helpers that are entries of their own',
    () =>
      walk(context().home, (at) => [
        [
          setHelper,
          {
            helper_type: 'threshold',
            name: 'Undo entry',
            config: { entity_id: 'sensor.outside_temperature', hysteresis: 0, upper: 5 },
          },
        ],
        [setHelper, { helper_type: 'threshold', helper_id: at.id, config: { upper: 7 } }],
        [removeHelper, { target: at.id, helper_type: 'threshold', confirm: true }],
      ]),
    60_000,
  );

  it('to-do items', async () => {
    const { home } = context();
    await withTodoList(home, 'Undo walk', (list) =>
      walk(home, (at) => {
        const item = at.id.slice(list.length + 1);
        return [
          [setTodo, { entity_id: list, summary: 'Milk', due_date: '2027-03-01' }],
          [setTodo, { entity_id: list, item, rename: 'Oat milk', due_date: '', description: 'two' }],
          [setTodo, { entity_id: list, item, status: 'completed' }],
          [removeTodo, { entity_id: list, item }],
        ];
      }),
    );
  }, 60_000);

  it('calendar events, one of a series and a whole series', async () => {
    const { home } = context();
    const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
    const event = { start: `${day(3)}T10:00:00`, end: `${day(3)}T11:00:00` };
    await withCalendar(home, 'Undo walk', (entityId) =>
      walk(home, (at) => {
        const uid = at.id.slice(entityId.length + 1);
        return [
          [setEvent, { entity_id: entityId, summary: 'Dentist', ...event }],
          [setEvent, { entity_id: entityId, uid, summary: 'Doctor', ...event, location: 'Main street' }],
          [removeEvent, { entity_id: entityId, uid }],
          [setEvent, { entity_id: entityId, summary: 'Yoga', ...event, rrule: 'FREQ=DAILY;COUNT=5' }],
          [removeEvent, { entity_id: entityId, uid }],
        ];
      }),
    );
  }, 60_000);
});

describe('the kinds that edits keep', () => {
  it('can each be written back, or are refused with a reason', () => {
    const root = new URL('..', import.meta.url);
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
      (path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.startsWith('testing'),
    );
    const kinds = files.flatMap((path) =>
      [
        ...readFileSync(new URL(path, root), 'utf8').matchAll(
          /^\s*item: \{ kind(?:: '([a-z_]+)'|: (kind\.kind)|(,))/gm,
        ),
      ].map(([, literal]) => literal ?? `made in ${path}`),
    );
    const made = kinds.filter((kind) => kind.startsWith('made in'));
    expect(made.sort()).toEqual([
      ...['made in areas/remove.ts', 'made in areas/set.ts', 'made in areas/set.ts'],
      ...['made in shared/config-remove.ts', 'made in shared/config-set.ts'],
    ]);
    const all = [
      ...new Set(kinds.filter((kind) => !made.includes(kind))),
      'automation',
      'script',
      'scene',
      'area',
      'floor',
      'helper_timer',
      'zone',
    ];
    expect(all.length).toBeGreaterThan(15);
    expect(all.filter((kind) => !applierOf(kind) && !isRefused(kind))).toEqual([]);
  });
});
