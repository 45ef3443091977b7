import { removeCategory } from '@hub/ha/categories.ts';
import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './set.ts';

await describeHomes('ha_config_set_category', (context) => {
  it('creates, renames and clears the icon, each kept as an edit', async () => {
    const at = context();
    const scope = 'automation';
    const made = await runTool(tool, { scope, name: 'Set Category Test', icon: 'mdi:sofa' }, at);
    const id = made.category_id;
    expect(made).toMatchObject({ scope, category_data: { category_id: id, icon: 'mdi:sofa' } });
    expect(made).not.toHaveProperty('warnings');
    const renamed = await runTool(tool, { scope, name: 'Set Category Again', category_id: id }, at);
    expect(renamed.category_data).toMatchObject({ name: 'Set Category Again', icon: 'mdi:sofa' });
    const cleared = await runTool(tool, { scope, name: 'Set Category Again', category_id: id, icon: '' }, at);
    expect(cleared.category_data).toMatchObject({ icon: null });
    expect(at.keptEdits.slice(0, 2)).toMatchObject([
      { item: { kind: 'category', id: `${scope}/${id}` }, before: undefined, after: { category_id: id } },
      { item: { id: `${scope}/${id}` }, before: { name: 'Set Category Test' }, after: { name: 'Set Category Again' } },
    ]);
    await removeCategory(at.home, scope, id);
  });

  it('tells of a scope that the editor does not sort', async () => {
    const at = context();
    const made = await runTool(tool, { scope: 'helper', name: 'Set Category Lost' }, at);
    expect(made.warnings).toEqual([expect.stringContaining('helpers')]);
    await removeCategory(at.home, 'helper', made.category_id);
  });

  it('refuses an unknown id and empty texts', async () => {
    const at = context();
    const refused = (args: object) => expect(runTool(tool, { scope: 'scene', name: 'X', ...args }, at)).rejects;
    await refused({ category_id: 'no-such-id' }).toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
    for (const parameter of ['scope', 'name', 'category_id'])
      await refused({ [parameter]: ' ' }).toMatchObject({ context: { parameter } });
    expect(at.keptEdits).toEqual([]);
  });
});
