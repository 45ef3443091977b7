import { areaRegistry, labelRegistry, readEntity, updateEntity } from '@hub/ha/registries.ts';
import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { withHelper } from '../testing/own-helper.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './remove.ts';

await describeHomes('ha_config_remove_label', (context) => {
  it('takes it off everything, tells what that was, and keeps it as an edit', async () => {
    const at = context();
    const { label_id: id } = await labelRegistry.create(at.home, { name: 'Remove Label Test' });
    const area = await areaRegistry.create(at.home, { name: 'Remove Label Room', labels: [id] });
    await withHelper(at.home, 'Remove label helper', async (entityId) => {
      await updateEntity(at.home, entityId, { labels: [id] });
      expect(await runTool(tool, { label_id: id }, at)).toMatchObject({
        label_id: id,
        removed_from: { entities: [entityId], devices: [], areas: [area.area_id] },
      });
      expect((await readEntity(at.home, entityId)).labels).toEqual([]);
    });
    expect((await at.home.labels()).has(id)).toBe(false);
    expect(at.keptEdits).toMatchObject([
      { item: { kind: 'label', id }, before: { name: 'Remove Label Test' }, after: undefined },
    ]);
    await expect(runTool(tool, { label_id: id }, at)).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
    await expect(runTool(tool, { label_id: '' }, at)).rejects.toMatchObject({ context: { parameter: 'label_id' } });
    await areaRegistry.remove(at.home, area.area_id);
  });
});
