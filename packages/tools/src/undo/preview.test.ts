import type { View } from '@hub/ha/view.ts';
import { expect, it } from 'vitest';
import { tool as setPlace } from '../areas/set.ts';
import { tool as setAutomation } from '../automations/set.ts';
import { tool as setCategory } from '../categories/set.ts';
import { tool as setDashboard } from '../dashboards/set.ts';
import type { Tool } from '../define.ts';
import { tool as setDevice } from '../devices/set.ts';
import { tool as setEntity } from '../entities/set.ts';
import { tool as setHelper } from '../helpers/set.ts';
import { tool as setLabel } from '../labels/set.ts';
import { tool as setScene } from '../scenes/set.ts';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { tool as setZone } from '../zones/set.ts';
import { isSameItem } from './applier.ts';
import { applierOf } from './appliers.ts';
import { PreviewReached, previewing } from './preview.ts';

type Args = Readonly<Record<string, unknown>>;

await describeHomes('a preview', (context) => {
  async function shown(view: View, tool: Tool, args: Args): Promise<Args> {
    const at = createToolContext({ view });
    const error = await runTool(tool, args, { ...at, home: view, edits: previewing(at.edits) }).catch(
      (one: unknown) => one,
    );
    if (error instanceof PreviewReached) return error.body;
    throw error;
  }

  /** Makes one, then changes it: the plan must be what the home then shows. */
  async function planHolds(tool: Tool, make: Args, change: (made: Args) => Args): Promise<void> {
    const { home } = context();
    const at = createToolContext({ view: home });
    const made = (await runTool(tool, make, at)) as Args;
    const { id } = at.keptEdits[0]?.item ?? { id: '' };
    const args = change({ ...made, id });
    const preview = await shown(home, tool, args);
    expect(preview).toMatchObject({ preview: true, would_change: true, operation: 'update' });
    const after = createToolContext({ view: home });
    const change1 = after.edits.change;
    let planned: unknown;
    const edits = {
      ...after.edits,
      change: async (one: Parameters<typeof change1>[0]) => {
        planned = one.plan?.(await one.read());
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
    const entity = await shown(home, setEntity, { entity_id: entityId, name: 'Planned' });
    expect(entity).toMatchObject({ would_change: true, item: { kind: 'entity', id: entityId } });
    expect(entity['diff']).toContain('+  "name": "Planned"');
    const [deviceId] = [...(await home.devices()).keys()];
    expect(await shown(home, setDevice, { device_id: deviceId, name: 'Planned' })).toMatchObject({
      would_change: true,
    });
    const row = await home.send({ type: 'config/entity_registry/get', entity_id: entityId });
    expect(row).not.toMatchObject({ name: 'Planned' });
  });

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
