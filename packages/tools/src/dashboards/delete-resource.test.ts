import { createResource, listResources } from '@hub/ha/dashboard-resources.ts';
import { expect, it } from 'vitest';
import { describeRealHome } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './delete-resource.ts';

await describeRealHome('ha_config_delete_dashboard_resource', (context) => {
  it('takes the file out, once, and keeps it as an edit', async () => {
    const at = context();
    const { id = '' } = await createResource(at.home, { type: 'css', url: '/local/delete-test.css' });
    expect(await runTool(tool, { resource_id: id }, at)).toMatchObject({
      success: true,
      action: 'delete',
      resource_id: id,
    });
    expect((await listResources(at.home)).map((one) => one.id)).not.toContain(id);
    expect(at.keptEdits).toMatchObject([
      { item: { kind: 'dashboard_resource', id }, before: { url: '/local/delete-test.css' }, after: undefined },
    ]);
    await expect(runTool(tool, { resource_id: id }, at)).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
  });
});
