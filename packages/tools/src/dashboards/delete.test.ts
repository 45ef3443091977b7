import { createDashboard, listDashboards, readDashboard, saveDashboard } from '@hub/ha/dashboards.ts';
import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './delete.ts';

await describeHomes('ha_config_delete_dashboard', (context) => {
  it('removes a dashboard by path or id, and keeps all of it as an edit', async () => {
    const at = context();
    await createDashboard(at.home, { url_path: 'delete-test-one', title: 'One' });
    await saveDashboard(at.home, 'delete-test-one', { views: [{ title: 'Kept' }] });
    expect(await runTool(tool, { url_path: 'delete-test-one' }, at)).toMatchObject({
      success: true,
      action: 'delete',
      url_path: 'delete-test-one',
      resolved_id: 'delete_test_one',
    });
    expect(await readDashboard(at.home, 'delete-test-one')).toBeUndefined();
    await createDashboard(at.home, { url_path: 'delete-test-two', title: 'Two' });
    await runTool(tool, { url_path: 'delete_test_two' }, at);
    expect((await listDashboards(at.home)).map((row) => row.url_path)).not.toContain('delete-test-two');
    expect(at.keptEdits).toMatchObject([
      {
        item: { kind: 'dashboard', id: 'delete-test-one' },
        before: { dashboard: { title: 'One' }, config: { views: [{ title: 'Kept' }] } },
        after: undefined,
      },
      { item: { kind: 'dashboard', id: 'delete-test-two' }, before: { config: null }, after: undefined },
    ]);
  });

  it('refuses the default dashboard and an unknown one, with those there are', async () => {
    for (const path of ['default', 'delete-test-none']) {
      await expect(runTool(tool, { url_path: path }, context())).rejects.toMatchObject({
        code: 'RESOURCE_NOT_FOUND',
        context: { available_dashboard_ids: expect.any(Array) },
      });
    }
    await expect(runTool(tool, { url_path: '' }, context())).rejects.toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
    });
  });
});
