import { createCategory, removeCategory } from '@hub/ha/categories.ts';
import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './get.ts';

await describeHomes('ha_config_get_category', (context) => {
  it('lists those of a scope, gives one, and knows an id from a name', async () => {
    const at = context();
    const { category_id: id } = await createCategory(at.home, 'script', { name: 'Get Category Test' });
    const list = await runTool(tool, { scope: 'script' }, at);
    expect(list).toMatchObject({ scope: 'script', count: list.categories?.length });
    expect(list.categories).toContainEqual(expect.objectContaining({ category_id: id, name: 'Get Category Test' }));
    expect(await runTool(tool, { scope: 'script', category_id: id }, at)).toMatchObject({
      category_id: id,
      category: { name: 'Get Category Test', icon: null },
    });
    await expect(runTool(tool, { scope: 'automation', category_id: id }, at)).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
      context: { category_id: id, scope: 'automation', available_category_ids: expect.not.arrayContaining([id]) },
    });
    await expect(runTool(tool, { scope: 'script', category_id: 'get category test' }, at)).rejects.toMatchObject({
      suggestions: [expect.stringContaining(id)],
    });
    await removeCategory(at.home, 'script', id);
  });

  it('a scope that the editor does not sort is told, an empty one refused', async () => {
    expect(await runTool(tool, { scope: 'helper' }, context())).toMatchObject({
      count: 0,
      warnings: [expect.stringContaining('helpers')],
    });
    await expect(runTool(tool, { scope: ' ' }, context())).rejects.toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
      context: { parameter: 'scope' },
    });
  });
});
