import { labelRegistry, updateDevice } from '@hub/ha/registries.ts';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { describeHomes } from '../testing/each-home.ts';
import { withHelper } from '../testing/own-helper.ts';
import { runTool } from '../testing/run-tool.ts';
import type { TestToolContext } from '../testing/tool-context.ts';
import { tool } from './set.ts';

const answered = z.looseObject({
  success: z.boolean(),
  entity_id: z.string().optional(),
  entity_entry: z.record(z.string(), z.unknown()).default({}),
  updates: z.array(z.string()).default([]),
  warnings: z.array(z.string()).default([]),
});
const set = async (entityId: string | readonly string[], args: object, at: TestToolContext) =>
  answered.parse(await runTool(tool, { entity_id: entityId, ...args }, at));

await describeHomes('ha_set_entity', (context) => {
  it('changes what is given, leaves the rest, and keeps before and after', async () => {
    const at = context();
    const [area] = [...(await at.home.areas()).values()];
    await withHelper(at.home, 'Set Entity One', async (entityId) => {
      const first = await set(entityId, { name: 'Porch', icon: 'mdi:lamp', area_id: area?.area_id, hidden: true }, at);
      expect(first.entity_entry).toMatchObject({
        name: 'Porch',
        icon: 'mdi:lamp',
        area_id: area?.area_id,
        hidden: true,
      });
      expect(first.updates).toEqual([`area_id='${area?.area_id}'`, "name='Porch'", "icon='mdi:lamp'", 'hidden']);
      const second = await set(entityId, { icon: '', area_id: '' }, at);
      expect(second.entity_entry).toMatchObject({ name: 'Porch', icon: null, area_id: null, hidden: true });
      expect(at.keptEdits).toMatchObject([
        { item: { kind: 'entity', id: entityId }, before: { name: null }, after: { name: 'Porch' } },
        { before: { icon: 'mdi:lamp' }, after: { icon: null } },
      ]);
    });
  });

  it('sets, adds and removes labels, by id or name', async () => {
    const at = context();
    const one = await labelRegistry.create(at.home, { name: 'Set Entity Red' });
    const two = await labelRegistry.create(at.home, { name: 'Set Entity Blue' });
    await withHelper(at.home, 'Set Entity Labels', async (entityId) => {
      const labels = async (args: object) => (await set(entityId, args, at)).entity_entry['labels'];
      expect(await labels({ labels: [one.label_id] })).toEqual([one.label_id]);
      const both = await labels({ labels: 'Set Entity Blue', label_operation: 'add' });
      expect(new Set(both as string[])).toEqual(new Set([one.label_id, two.label_id]));
      expect(await labels({ labels: ['Set Entity Red'], label_operation: 'remove' })).toEqual([two.label_id]);
      expect(await labels({ labels: [] })).toEqual([]);
    });
    await labelRegistry.remove(at.home, one.label_id);
    await labelRegistry.remove(at.home, two.label_id);
  });

  it('keeps the own name among the aliases unless told', async () => {
    const at = context();
    await withHelper(at.home, 'Set Entity Alias', async (entityId) => {
      const raw = async () =>
        z
          .looseObject({ aliases: z.array(z.string().nullable()) })
          .parse(await at.home.send({ type: 'config/entity_registry/get', entity_id: entityId })).aliases;
      const before = await raw();
      expect((await set(entityId, { aliases: 'gizmo, gadget' }, at)).entity_entry['aliases']).toEqual([
        'gizmo',
        'gadget',
      ]);
      expect((await raw()).includes(null)).toBe(before.includes(null));
      await set(entityId, { use_entity_name_alias: false }, at);
      expect(await raw()).toEqual(['gizmo', 'gadget']);
    });
  });

  it('sets options of a domain without losing those not named', async () => {
    const at = context();
    await withHelper(at.home, 'Set Entity Options', async (entityId) => {
      const options = async (args: object) => (await set(entityId, { options: args }, at)).entity_entry['options'];
      await options({ sensor: { display_precision: 2 } });
      expect(
        await options({ sensor: { unit_of_measurement: 'W' }, weather: { forecast_type: 'daily' } }),
      ).toMatchObject({
        sensor: { display_precision: 2, unit_of_measurement: 'W' },
        weather: { forecast_type: 'daily' },
      });
    });
  });

  it('renames the id, and says that whoever names the old one is not changed', async () => {
    const at = context();
    await withHelper(at.home, 'Set Entity Old', async (entityId) => {
      const answer = await set(entityId, { new_entity_id: 'input_boolean.set_entity_new' }, at);
      expect(answer).toMatchObject({
        entity_id: 'input_boolean.set_entity_new',
        old_entity_id: entityId,
        entity_entry: { entity_id: 'input_boolean.set_entity_new' },
      });
      expect(answer.warnings.join()).toContain(entityId);
      expect(at.keptEdits).toMatchObject([
        { before: { entity_id: entityId }, after: { entity_id: 'input_boolean.set_entity_new' } },
      ]);
    });
  });

  it('shows an entity to one assistant and hides it from another', async () => {
    const at = context();
    await withHelper(at.home, 'Set Entity Voice', async (entityId) => {
      const answer = await set(entityId, { expose_to: { conversation: true, 'cloud.alexa': false } }, at);
      expect(answer).toMatchObject({
        exposure: { conversation: true, 'cloud.alexa': false },
        entity_entry: {
          options: { conversation: { should_expose: true }, 'cloud.alexa': { should_expose: false } },
        },
      });
    });
  });

  it('renames the device of an entity with it, and says when there is none', async () => {
    const at = context();
    const entry = [...(await at.home.entities()).values()].findLast(({ device_id: id }) => id !== null);
    const device = (await at.home.devices()).get(entry?.device_id ?? '');
    if (!entry || !device) throw new Error('this home has no device');
    const answer = await set(entry.entity_id, { new_device_name: 'Set Entity Device' }, at);
    expect(answer).toMatchObject({ device_rename: { success: true, device_id: device.id } });
    expect((await at.home.devices()).get(device.id)?.name_by_user).toBe('Set Entity Device');
    await updateDevice(at.home, device.id, { name_by_user: device.name_by_user });
    await withHelper(at.home, 'Set Entity Alone', async (entityId) => {
      const alone = await set(entityId, { new_device_name: 'X', hidden: true }, at);
      expect(alone.warnings).toEqual([expect.stringContaining('no device')]);
    });
  });

  it('files many at once; one that is not there does not stop the others', async () => {
    const at = context();
    const label = await labelRegistry.create(at.home, { name: 'Set Entity Many' });
    await withHelper(at.home, 'Set Entity A', async (a) =>
      withHelper(at.home, 'Set Entity B', async (b) => {
        const answer = await set([a, 'light.no_such_one', b], { labels: [label.label_id] }, at);
        expect(answer).toMatchObject({
          success: false,
          partial: true,
          total: 3,
          succeeded_count: 2,
          failed: [{ entity_id: 'light.no_such_one', error: 'Entity not found' }],
          succeeded: [
            { entity_id: a, entity_entry: { labels: [label.label_id] } },
            { entity_id: b, entity_entry: { labels: [label.label_id] } },
          ],
        });
        expect(at.keptEdits).toHaveLength(2);
      }),
    );
    await labelRegistry.remove(at.home, label.label_id);
  });

  it('refuses wrong arguments before anything is sent, and says what would be right', async () => {
    const at = context();
    const refused = (args: object) => expect(runTool(tool, { entity_id: 'light.no_such_one', ...args }, at)).rejects;
    const code = 'VALIDATION_INVALID_PARAMETER';
    await refused({}).toMatchObject({ code });
    await refused({ new_entity_id: 'Light Kitchen' }).toMatchObject({ code });
    await refused({ new_entity_id: 'switch.a' }).toMatchObject({ code, message: expect.stringContaining('domain') });
    await refused({ expose_to: { siri: true } }).toMatchObject({
      context: { valid_assistants: ['conversation', 'cloud.alexa', 'cloud.google_assistant'] },
    });
    await refused({ entity_id: ['light.a', 'light.b'], name: 'X' }).toMatchObject({
      context: { single_only: ['name'] },
    });
    await refused({ entity_id: 'automation.a', enabled: false }).toMatchObject({
      suggestions: [expect.stringContaining('automation.turn_off')],
    });
    await refused({ options: {} }).toMatchObject({ code });
    await refused({ entity_id: [] }).toMatchObject({ code });
    await refused({ name: 'X' }).toMatchObject({ code: 'SERVICE_CALL_FAILED' });
    await withHelper(at.home, 'Set Entity Wrong', async (entityId) => {
      await refused({ entity_id: entityId, area_id: 'no_such' }).toMatchObject({ context: { parameter: 'area_id' } });
      await refused({ entity_id: entityId, labels: ['no_such'] }).toMatchObject({
        context: { unknown_labels: ['no_such'] },
      });
      await refused({ entity_id: entityId, categories: { helpers: 'no_such' } }).toMatchObject({
        context: { parameter: 'categories.helpers' },
      });
    });
    expect(at.keptEdits).toEqual([]);
  });
});
