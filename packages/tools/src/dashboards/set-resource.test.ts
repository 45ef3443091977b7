import { createResource, deleteResource, listResources } from '@hub/ha/dashboard-resources.ts';
import { expect, it } from 'vitest';
import { describeRealHome } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './set-resource.ts';

const code = "customElements.define('set-test', class extends HTMLElement {}); // Grüße";

await describeRealHome('ha_config_set_dashboard_resource', (context) => {
  it('adds a file by its address, changes it, and keeps both as edits', async () => {
    const at = context();
    const added = await runTool(tool, { url: '/local/set-test.js' }, at);
    expect(added).toMatchObject({
      success: true,
      action: 'created',
      resource_type: 'module',
      url: '/local/set-test.js',
    });
    const id = added.resource_id;
    const css = { url: 'https://example.org/set-test.css', resource_type: 'css', resource_id: id };
    expect(await runTool(tool, css, at)).toMatchObject({ action: 'updated', resource_id: id, resource_type: 'css' });
    expect(await listResources(at.home)).toContainEqual({ id, type: 'css', url: css.url });
    expect(at.keptEdits).toMatchObject([
      { item: { kind: 'dashboard_resource', id }, before: undefined, after: { url: '/local/set-test.js' } },
      { item: { kind: 'dashboard_resource', id }, before: { type: 'module' }, after: { type: 'css' } },
    ]);
    await deleteResource(at.home, id);
  });

  it('holds inline code in the address itself, and says when the same file is listed twice', async () => {
    const at = context();
    const first = await runTool(tool, { content: code }, at);
    expect(first).toMatchObject({ size: Buffer.byteLength(code), resource_type: 'module' });
    expect(first).not.toHaveProperty('url');
    const { url = '' } = (await listResources(at.home)).find((one) => one.id === first.resource_id) ?? {};
    expect(await (await fetch(url)).text()).toBe(code);
    const second = await runTool(tool, { content: code }, at);
    expect(second.resource_id).not.toBe(first.resource_id);
    expect(second.warnings).toEqual([expect.stringContaining(first.resource_id)]);
    for (const { resource_id: id } of [first, second]) await deleteResource(at.home, id);
  });

  it('refuses both, neither, an empty or too large one, inline js, what is no address, and an unknown id', async () => {
    const at = context();
    const { id: kept = '' } = await createResource(at.home, { type: 'module', url: '/local/set-test-kept.js' });
    const wrong = [
      { content: code, url: '/local/x.js' },
      {},
      { content: ' ' },
      { content: 'x'.repeat(128_001) },
      { content: code, resource_type: 'js' },
      { url: 'javascript:alert(1)' },
      { url: '//evil.example/x.js' },
      { url: '/local/x.js', resource_id: '' },
    ];
    for (const args of wrong)
      await expect(runTool(tool, args, at)).rejects.toMatchObject({ code: 'VALIDATION_INVALID_PARAMETER' });
    await expect(runTool(tool, { url: '/local/x.js', resource_id: 'none' }, at)).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
      context: { available_resource_ids: expect.arrayContaining([kept]) },
    });
    expect(at.keptEdits).toEqual([]);
    await deleteResource(at.home, kept);
  });
});
