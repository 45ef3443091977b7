import { createCategory, listCategories } from '@hub/ha/categories.ts';
import { updateEntity } from '@hub/ha/registries.ts';
import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { withHelper } from '../testing/own-helper.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './remove.ts';

await describeHomes('ha_config_remove_category', (context) => {
  it('removes it, tells what was in it, and keeps it as an edit', async () => {
    const at = context();
    const scope = 'helpers';
    const { category_id: id } = await createCategory(at.home, scope, { name: 'Remove Category Test' });
    await withHelper(at.home, 'Remove category helper', async (entityId) => {
      await updateEntity(at.home, entityId, { categories: { [scope]: id } });
      expect(await runTool(tool, { scope, category_id: id }, at)).toMatchObject({
        category_id: id,
        scope,
        removed_from: [entityId],
      });
    });
    expect(await listCategories(at.home, scope)).not.toContainEqual(expect.objectContaining({ category_id: id }));
    expect(at.keptEdits).toMatchObject([
      { item: { kind: 'category', id: `${scope}/${id}` }, before: { name: 'Remove Category Test' }, after: undefined },
    ]);
    await expect(runTool(tool, { scope, category_id: id }, at)).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
  });
});
