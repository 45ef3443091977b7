import { labelRegistry } from '@hub/ha/registries.ts';
import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './get.ts';

await describeHomes('ha_config_get_label', (context) => {
  it('lists all, gives one, and knows an id from a name', async () => {
    const at = context();
    const label = await labelRegistry.create(at.home, { name: 'Get Label Test', color: 'red', icon: 'mdi:leaf' });
    const list = await runTool(tool, {}, at);
    expect(list.labels).toHaveLength(list.count ?? -1);
    expect(list.labels).toContainEqual(expect.objectContaining({ label_id: label.label_id, color: 'red' }));
    expect(await runTool(tool, { label_id: label.label_id }, at)).toMatchObject({
      label_id: label.label_id,
      label: { name: 'Get Label Test', icon: 'mdi:leaf' },
    });
    await expect(runTool(tool, { label_id: 'get label TEST' }, at)).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
      message: expect.stringMatching(/^Label not found/),
      suggestions: expect.arrayContaining([expect.stringContaining(label.label_id)]),
      context: { available_label_ids: expect.arrayContaining([label.label_id]) },
    });
    await labelRegistry.remove(at.home, label.label_id);
  });
});
