import { listConfigEntries } from '@hub/ha/config-entries.ts';
import { describeReal } from '@hub/real-home/describe-real.ts';
import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { openView } from '../testing/open-view.ts';
import { runTool } from '../testing/run-tool.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { tool } from './health.ts';

await describeHomes('ha_get_system_health', (context) => {
  it('each component tells how it is, the slow ones included', async () => {
    const answer = await runTool(tool, {}, context());
    expect(answer.health_info.data).toMatchObject({
      homeassistant: { info: { version: expect.stringContaining('2026.11') } },
      recorder: { info: { estimated_db_size: expect.stringContaining('MiB') } },
    });
    expect(answer.component_count).toBe(Object.keys(answer.health_info.data).length);
    expect(JSON.stringify(answer.health_info)).not.toContain('"pending"');
  });

  it('repairs come when asked for', async () => {
    const answer = await runTool(tool, { include: 'repairs' }, context());
    const issue = expect.objectContaining({ issue_id: expect.any(String), domain: expect.any(String) });
    expect(answer['repairs']).toMatchObject({ issues: expect.arrayContaining([issue]), dismissed_count: 0 });
  });

  it('a section that this home has not says why in its place, and the others come', async () => {
    const include = 'zha_network, thread_network, zwave_network, matter_network, dead_entities, diagnostics';
    const answer = await runTool(tool, { include }, context());
    expect(answer).toMatchObject({
      success: true,
      zha_network: { code: 'COMPONENT_NOT_INSTALLED', error: expect.any(String), devices: [], count: 0 },
      thread_network: { code: 'COMPONENT_NOT_INSTALLED', border_routers: [] },
      zwave_network: { network_count: 0, nodes: [], error: expect.any(String) },
      matter_network: { servers: [], device_count: 0 },
      dead_entities: { config_entries_checked: expect.any(Number), config_entry_orphans: { items: expect.any(Array) } },
      diagnostics: { code: 'VALIDATION_MISSING_PARAMETER', error: expect.stringContaining('config_entry_id') },
    });
  });

  it('a section there is not is named in a warning with those there are, and the others come', async () => {
    expect(await runTool(tool, { include: 'repairs,weather' }, context())).toMatchObject({
      repairs: { issues: expect.any(Array) },
      warnings: [expect.stringMatching(/weather.*config_check/)],
    });
  });
});

await describeReal('ha_get_system_health of a real home', (home) => {
  it('checks the configuration and lists the themes', async () => {
    await using open = await openView(home);
    const answer = await runTool(tool, { include: 'config_check,themes' }, createToolContext({ view: open.view }));
    expect(answer['config_check']).toEqual({ result: 'valid', is_valid: true, errors: [], warnings: [] });
    expect(answer['themes']).toMatchObject({ themes: ['test_theme'], default_theme: 'default' });
  });

  it('diagnostics of an integration come whole, in part, or cut, and say when there are none', async () => {
    await using open = await openView(home);
    const context = createToolContext({ view: open.view });
    const entryOf = async (domain: string) => (await listConfigEntries(open.view, domain))[0]?.entry_id;
    const read = async (domain: string, args: object = {}) => {
      const call = { include: 'diagnostics', config_entry_id: await entryOf(domain), ...args };
      return (await runTool(tool, call, context))['diagnostics'];
    };
    expect(await read('backup')).toMatchObject({ home_assistant: { version: '2026.11.0' }, data: expect.any(Object) });
    const part = { diagnostics_fields: 'data', diagnostics_data_limit: 1 };
    expect(await read('backup', part)).toMatchObject({ data: expect.any(Object), data_offset: 0 });
    expect(await read('backup', part)).not.toHaveProperty('home_assistant');
    const cut = await read('backup', { diagnostics_truncate_at_bytes: 50 });
    expect(cut).toMatchObject({ truncated: true, preview: expect.stringMatching(/^.{50}$/s) });
    const lost = await read('backup', { diagnostics_data_path: 'nowhere.at_all' });
    expect(lost).toMatchObject({ code: 'VALIDATION_INVALID_PARAMETER' });
    expect(await read('sun')).toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
  });

  it('a reader without rights gets what it may, and the link stays', async ({ skip }) => {
    if (home.readOnlyToken === undefined) return skip('this home came without a second user');
    await using open = await openView({ url: home.url, token: home.readOnlyToken });
    const context = createToolContext({ view: open.view });
    const call = { include: 'config_check,diagnostics,dead_entities', config_entry_id: 'x' };
    const answer = await runTool(tool, call, context);
    const refused = { code: 'AUTH_INSUFFICIENT_PERMISSIONS' };
    expect(answer).toMatchObject({ config_check: refused, diagnostics: refused });
    expect(open.view.info.state).toBe('running');
  });
});
