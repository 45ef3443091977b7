import { findEntity, findRow } from '@hub/ha/registry-reads.ts';
import { listTodoItems } from '@hub/ha/todo.ts';
import { expect, it } from 'vitest';
import { tool as removePlace } from '../areas/remove.ts';
import { tool as setPlace } from '../areas/set.ts';
import { tool as removeAutomation } from '../automations/remove.ts';
import { tool as setAutomation } from '../automations/set.ts';
import { tool as removeEvent } from '../calendar/remove.ts';
import { tool as setEvent } from '../calendar/set.ts';
import { tool as setCategory } from '../categories/set.ts';
import { tool as deleteDashboard } from '../dashboards/delete.ts';
import { tool as setDashboard } from '../dashboards/set.ts';
import type { Tool } from '../define.ts';
import { tool as setDevice } from '../devices/set.ts';
import { tool as setEntity } from '../entities/set.ts';
import { tool as removeHelper } from '../helpers/remove.ts';
import { tool as setHelper } from '../helpers/set.ts';
import { tool as removeLabel } from '../labels/remove.ts';
import { tool as setLabel } from '../labels/set.ts';
import { tool as setScene } from '../scenes/set.ts';
import { describeHomes, describeRealHome } from '../testing/each-home.ts';
import { withCalendar, withTodoList } from '../testing/own-entry.ts';
import { runTool } from '../testing/run-tool.ts';
import { shownPreview } from '../testing/shown-preview.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { tool as removeTodo } from '../todo/remove.ts';
import { tool as setTodo } from '../todo/set.ts';
import { tool as removeZone } from '../zones/remove.ts';
import { tool as setZone } from '../zones/set.ts';
import { isSameItem } from './applier.ts';
import { applierOf } from './appliers.ts';
import { previewing } from './preview.ts';

type Args = Readonly<Record<string, unknown>>;

await describeHomes('a preview', (context) => {
  /** Makes one, then changes it: the plan must be what the home then shows. */
  async function planHolds(tool: Tool, make: Args, change: (made: Args) => Args): Promise<void> {
    const { home } = context();
    const at = createToolContext({ view: home });
    const made = (await runTool(tool, make, at)) as Args;
    const { id } = at.keptEdits[0]?.item ?? { id: '' };
    const args = change({ ...made, id });
    const preview = await shownPreview(home, tool, args);
    expect(preview).toMatchObject({ preview: true, would_change: true, operation: 'update' });
    const after = createToolContext({ view: home });
    const change1 = after.edits.change;
    let planned: unknown;
    const edits = {
      ...after.edits,
      change: async (one: Parameters<typeof change1>[0]) => {
        planned = await one.plan?.(await one.read());
        return change1(one);
      },
    };
    await runTool(tool, args, { ...after, home, edits });
    const [edit] = after.keptEdits;
    const applier = applierOf(edit?.item.kind ?? '');
    if (!edit || !applier) throw new Error('nothing was written');
    expect(isSameItem(applier, planned, edit.after), JSON.stringify([planned, edit.after])).toBe(true);
  }

  const automation = (alias: string) => ({
    alias,
    triggers: [{ trigger: 'event', event_type: 'p' }],
    actions: [{ delay: 1 }],
  });

  it('plans what the home then shows', async () => {
    await planHolds(setAutomation, { config: automation('Plan') }, ({ id }) => ({
      identifier: id,
      config: automation('Plan 2'),
    }));
    await planHolds(setScene, { scene_id: 'plan', config: { name: 'Plan', entities: {} } }, () => ({
      scene_id: 'plan',
      config: { name: 'Plan 2', entities: {} },
    }));
    await planHolds(setPlace, { kind: 'area', name: 'Plan area' }, ({ id }) => ({
      kind: 'area',
      id,
      icon: 'mdi:sofa',
    }));
    await planHolds(setLabel, { name: 'Plan label' }, ({ id }) => ({ label_id: id, name: 'Planned', color: 'red' }));
    await planHolds(setCategory, { scope: 'script', name: 'Plan' }, ({ category_id }) => ({
      ...{ scope: 'script', category_id, name: 'Planned' },
    }));
    await planHolds(setZone, { name: 'Plan', latitude: 1, longitude: 2 }, ({ id }) => ({ zone_id: id, radius: 40 }));
    await planHolds(setHelper, { helper_type: 'counter', name: 'Plan' }, ({ id }) => ({
      ...{ helper_type: 'counter', helper_id: id, step: 2 },
    }));
    await planHolds(setHelper, { helper_type: 'input_button', name: 'Plan entity' }, ({ id }) => ({
      ...{ helper_type: 'input_button', helper_id: id, name: 'Planned' },
    }));
    await planHolds(setDashboard, { url_path: 'plan-board', title: 'Plan' }, () => ({
      ...{ url_path: 'plan-board', title: 'Planned', config: { views: [] } },
    }));
  }, 60_000);

  it('of an entity and a device shows their settings, and changes none', async () => {
    const { home } = context();
    const [entityId] = [...(await home.entities()).keys()];
    const entity = await shownPreview(home, setEntity, { entity_id: entityId, name: 'Planned' });
    expect(entity).toMatchObject({ would_change: true, item: { kind: 'entity', id: entityId } });
    expect(entity['diff']).toContain('+  "name": "Planned"');
    const [deviceId] = [...(await home.devices()).keys()];
    expect(await shownPreview(home, setDevice, { device_id: deviceId, name: 'Planned' })).toMatchObject({
      would_change: true,
    });
    const row = await home.send({ type: 'config/entity_registry/get', entity_id: entityId });
    expect(row).not.toMatchObject({ name: 'Planned' });
  });

  it('of a device renamed by its entity shows the device', async () => {
    const { home } = context();
    const entity = [...(await home.entities()).values()].find(({ device_id }) => device_id);
    const shown = await shownPreview(home, setEntity, { entity_id: entity?.entity_id, new_device_name: 'Planned' });
    expect(shown).toMatchObject({ would_change: true, item: { kind: 'device', id: entity?.device_id } });
    expect(shown['diff']).toContain('+  "name_by_user": "Planned"');
    const device = await findRow(home, 'device', ({ id }) => id === entity?.device_id);
    expect(device).not.toMatchObject({ name_by_user: 'Planned' });
  });

  it('of a helper that is only filed shows its entity', async () => {
    const { home } = context();
    const at = createToolContext({ view: home });
    await runTool(setHelper, { helper_type: 'counter', name: 'Preview filing' }, at);
    const call = { helper_type: 'counter', helper_id: 'counter.preview_filing', labels: ['Preview filing'] };
    await runTool(setLabel, { name: 'Preview filing' }, at);
    const shown = await shownPreview(home, setHelper, call);
    expect(shown).toMatchObject({ operation: 'update', item: { kind: 'entity', id: 'counter.preview_filing' } });
    expect(shown['diff']).toContain('+    "preview_filing"');
    expect(await findEntity(home, 'counter.preview_filing')).toMatchObject({ labels: [] });
  });

  it('of a removal shows what would go, and leaves it there', async () => {
    const { home } = context();
    const made = async (tool: Tool, args: Args) =>
      (await runTool(tool, args, createToolContext({ view: home }))) as Args;
    const removalOf = (tool: Tool, args: Args) => shownPreview(home, tool, args);
    const removed = { preview: true, would_change: true, operation: 'remove' };
    const { unique_id } = await made(setAutomation, { config: automation('Preview removal') });
    const shownAutomation = await removalOf(removeAutomation, { identifier: unique_id });
    expect(shownAutomation).toMatchObject({ ...removed, item: { kind: 'automation', id: unique_id } });
    expect(shownAutomation['diff']).toContain('-  "alias": "Preview removal"');
    const { zone_id } = await made(setZone, { name: 'Preview removal', latitude: 1, longitude: 2 });
    expect(await removalOf(removeZone, { zone_id })).toMatchObject(removed);
    const { label_id } = await made(setLabel, { name: 'Preview removal' });
    expect(await removalOf(removeLabel, { label_id })).toMatchObject(removed);
    const { area_id } = await made(setPlace, { kind: 'area', name: 'Preview removal' });
    expect(await removalOf(removePlace, { kind: 'area', id: area_id })).toMatchObject(removed);
    await made(setDashboard, { url_path: 'preview-removal', title: 'Preview removal' });
    expect(await removalOf(deleteDashboard, { url_path: 'preview-removal' })).toMatchObject(removed);
    await made(setHelper, { helper_type: 'counter', name: 'Preview removal' });
    // What a removal asks first is not asked of its preview.
    const counter = { target: 'counter.preview_removal' };
    expect(await removalOf(removeHelper, counter)).toMatchObject(removed);
    // All of it is still there, as the same preview tells again.
    expect(await removalOf(removeHelper, counter)).toMatchObject(removed);
    expect(await removalOf(removeAutomation, { identifier: unique_id })).toEqual(shownAutomation);
  }, 60_000);

  it('without a plan it is refused, before anything is written', async () => {
    const { home } = context();
    const at = createToolContext({ view: home });
    let isWritten = false;
    const change = previewing(at.edits).change({
      item: { kind: 'helper_template', id: 'x' },
      read: async () => undefined,
      async write() {
        isWritten = true;
      },
    });
    await expect(change).rejects.toMatchObject({ code: 'VALIDATION_INVALID_PARAMETER' });
    expect(isWritten).toBe(false);
  });
});

await describeRealHome('a preview of what people put into calendars and lists', (context) => {
  it('shows an event and its removal, and the calendar stays as it is', async () => {
    const { home } = context();
    await withCalendar(home, 'Preview events', async (entityId) => {
      const dentist = {
        entity_id: entityId,
        summary: 'Dentist',
        start: '2027-03-10T10:00:00',
        end: '2027-03-10T11:00:00',
      };
      const planned = await shownPreview(home, setEvent, dentist);
      expect(planned).toMatchObject({ operation: 'create', would_change: true });
      expect(planned['diff']).toContain('+  "summary": "Dentist"');
      const { uid } = (await runTool(setEvent, dentist, createToolContext({ view: home }))) as Args;
      const moved = await shownPreview(home, setEvent, { ...dentist, uid, summary: 'Doctor' });
      expect(moved['diff']).toContain('-  "summary": "Dentist"');
      expect(moved['diff']).not.toContain('"uid"');
      expect(await shownPreview(home, removeEvent, { entity_id: entityId, uid })).toMatchObject({
        operation: 'remove',
      });
      const now = (await runTool(setEvent, { ...dentist, uid }, createToolContext({ view: home }))) as Args;
      expect(now['result']).toMatchObject({ summary: 'Dentist' });
    });
  });

  it('shows an item and its removal, and the list stays as it is', async () => {
    const { home } = context();
    await withTodoList(home, 'Preview items', async (entityId) => {
      const milk = { entity_id: entityId, summary: 'Milk', due_date: '2027-03-01' };
      const planned = await shownPreview(home, setTodo, milk);
      expect(planned).toMatchObject({ operation: 'create' });
      expect(planned['diff']).toContain('+  "due": "2027-03-01"');
      await runTool(setTodo, milk, createToolContext({ view: home }));
      const item = { entity_id: entityId, item: 'Milk' };
      const done = await shownPreview(home, setTodo, { ...item, status: 'completed' });
      expect(done['diff']).toContain('+  "status": "completed"');
      expect(await shownPreview(home, removeTodo, item)).toMatchObject({ operation: 'remove' });
      expect(await listTodoItems(home, entityId)).toMatchObject([{ summary: 'Milk', status: 'needs_action' }]);
    });
  });
});
