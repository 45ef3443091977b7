import { areaRegistry, labelRegistry } from '@hub/ha/registries.ts';
import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './set.ts';

await describeHomes('ha_config_set_label', (context) => {
  it('creates, changes what is given and clears by an empty text, each kept as an edit', async () => {
    const at = context();
    const made = await runTool(tool, { name: ' Set Label Test ', color: 'light-blue', icon: 'mdi:leaf' }, at);
    const id = made.label_id;
    expect(made.label_data).toMatchObject({ label_id: id, name: 'Set Label Test', color: 'light-blue' });
    const changed = await runTool(tool, { name: 'Set Label Again', label_id: id, icon: '', description: 'why' }, at);
    expect(changed).toMatchObject({
      label_id: id,
      label_data: { name: 'Set Label Again', color: 'light-blue', icon: null, description: 'why' },
    });
    expect((await at.home.labels()).get(id)).toMatchObject({ description: 'why' });
    expect(at.keptEdits).toMatchObject([
      { item: { kind: 'label', id }, before: undefined, after: { name: 'Set Label Test' } },
      { item: { kind: 'label', id }, before: { name: 'Set Label Test' }, after: { name: 'Set Label Again' } },
    ]);
    await labelRegistry.remove(at.home, id);
  });

  it('is added to areas beside the labels they have, once', async () => {
    const at = context();
    const other = await labelRegistry.create(at.home, { name: 'Set Label Other' });
    const area = await areaRegistry.create(at.home, { name: 'Set Label Room', labels: [other.label_id] });
    const made = await runTool(tool, { name: 'Set Label Area', areas: ['set label room'] }, at);
    expect(made.areas).toEqual([area.area_id]);
    const { labels } = (await at.home.areas()).get(area.area_id) ?? {};
    expect(new Set(labels)).toEqual(new Set([other.label_id, made.label_id]));
    expect(at.keptEdits.at(-1)).toMatchObject({
      item: { kind: 'area', id: area.area_id },
      before: { labels: [other.label_id] },
    });
    const again = { name: 'Set Label Area', label_id: made.label_id, areas: [area.area_id] };
    expect((await runTool(tool, again, at)).areas).toEqual([]);
    await areaRegistry.remove(at.home, area.area_id);
    for (const id of [other.label_id, made.label_id]) await labelRegistry.remove(at.home, id);
  });

  it('refuses an empty name, a taken one, an unknown id and an unknown area before anything is made', async () => {
    const at = context();
    const label = await labelRegistry.create(at.home, { name: 'Set Label Taken' });
    const refused = (args: object) => expect(runTool(tool, args, at)).rejects;
    await refused({ name: ' ' }).toMatchObject({ context: { parameter: 'name' } });
    await refused({ name: 'X', label_id: '' }).toMatchObject({ context: { parameter: 'label_id' } });
    await refused({ name: 'Set Label Taken' }).toMatchObject({
      code: 'SERVICE_CALL_FAILED',
      message: expect.stringContaining('already in use'),
    });
    await refused({ name: 'X', label_id: 'no_such_label' }).toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
      suggestions: [expect.stringContaining('Leave label_id out')],
    });
    await refused({ name: 'Set Label Never', areas: ['no_such_area'] }).toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
      context: { parameter: 'areas' },
    });
    expect(at.keptEdits).toEqual([]);
    expect([...(await at.home.labels()).values()].map(({ name }) => name)).not.toContain('Set Label Never');
    await labelRegistry.remove(at.home, label.label_id);
  });
});
