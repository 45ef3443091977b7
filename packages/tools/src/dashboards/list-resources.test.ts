import { createResource, deleteResource } from '@hub/ha/dashboard-resources.ts';
import { expect, it } from 'vitest';
import { describeHomes, describeRealHome } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { inlineUrl } from './inline-resource.ts';
import { tool } from './list-resources.ts';

await describeRealHome('ha_config_list_dashboard_resources', (context) => {
  it('lists files, and inline code by its beginning or whole, in pages', async () => {
    const at = context();
    const code = `/* list test */ ${'.a { color: red } '.repeat(20)}`;
    const old = `https://ha-mcp-resources.example.workers.dev/${Buffer.from(code).toString('base64url')}?type=css`;
    const urls = ['/local/list-test.css', inlineUrl(code, 'css').url, old];
    const made = await Promise.all(urls.map((url) => createResource(at.home, { type: 'css', url })));
    const [file, inline, foreign] = made.map(({ id }) => id);

    const answer = await runTool(tool, {}, at);
    const row = (id: string | undefined) => answer.resources.find((one) => one.id === id);
    expect(row(file)).toEqual({ id: file, type: 'css', url: '/local/list-test.css' });
    const shown = { type: 'css', url: '[inline]', _inline: true, _size: code.length, _preview: code.slice(0, 150) };
    expect(row(inline)).toEqual({ id: inline, ...shown });
    expect(row(foreign)).toEqual({ id: foreign, ...shown, _legacy_worker: true });
    expect(answer.migration_hint).toContain('ha_config_set_dashboard_resource');
    expect(answer.by_type['css']).toBeGreaterThanOrEqual(3);
    expect(answer.inline_count).toBeGreaterThanOrEqual(2);

    const whole = await runTool(tool, { include_content: true }, at);
    expect(whole.resources.find((one) => one.id === inline)).toMatchObject({ _content: code });
    const page = await runTool(tool, { limit: 1, offset: 1 }, at);
    expect(page).toMatchObject({ count: 1, offset: 1, has_more: true, next_offset: 2 });
    for (const { id = '' } of made) await deleteResource(at.home, id);
  });
});

await describeHomes('ha_config_list_dashboard_resources without any', (context) => {
  it('has pages of nothing', async () => {
    const answer = await runTool(tool, { offset: 10_000 }, context());
    expect(answer).toMatchObject({ success: true, action: 'list', resources: [], count: 0, has_more: false });
  });
});
