import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { type Admin, addConnector, FIRST_TENANT, openAdmin } from '../admin.ts';
import { bestPracticeKey, callTool, listTools, rpc } from '../ask-hub.ts';
import { describeBehaviour } from './harness.ts';

const CLI = fileURLToPath(new URL('../../services/hub/src/cli/main.ts', import.meta.url));
const PROXIES = ['ha_call_delete_tool', 'ha_call_read_tool', 'ha_call_write_tool', 'ha_search_tools'];
const LIGHT = { domain: 'light', service: 'turn_on', entity_id: 'light.ceiling_lights' };

await describeBehaviour('a connector that is shaped', (bench) => {
  let admin: Admin;
  beforeAll(async () => {
    if (bench()) admin = await openAdmin(bench().hub);
  });
  const connector = (name: string) => addConnector(admin, FIRST_TENANT, { name, ceiling: 'destroy' });
  const patch = (name: string, body: object) =>
    admin.send('PATCH', `/tenants/${FIRST_TENANT}/connectors/${name}`, body);
  const hub = (...args: string[]) => {
    const { base, dataDir } = bench().hub;
    const env = { PATH: process.env['PATH'] ?? '', HUB_URL: base, DATA_DIR: dataDir };
    return spawnSync(process.execPath, [CLI, ...args], { env, encoding: 'utf8' });
  };

  it('lists the pinned tools and a search, whose tools run by their proxy or by name', async () => {
    const url = await connector('searching');
    expect((await callTool(url, 'ha_search_tools', { query: 'x' })).fault).toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
    });
    const { status, stdout, stderr } = hub('connectors', 'set', 'searching', '--tool-search', 'on');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('tool search on');
    const names = await listTools(url);
    expect(names).toHaveLength(11);
    expect(names).toEqual(expect.arrayContaining([...PROXIES, 'ha_search', 'ha_manage_backup', 'ha_get_skill_guide']));

    const { result } = await rpc(url, 'tools/call', { name: 'ha_search_tools', arguments: { query: 'restart' } });
    const { content } = z.object({ content: z.array(z.object({ text: z.string() })) }).parse(result);
    const found = z.array(z.looseObject({ name: z.string() })).parse(JSON.parse(content[0]?.text ?? ''));
    expect(found[0]).toMatchObject({ name: 'ha_restart', execute_via: 'ha_call_write_tool', inputSchema: {} });

    const read = { name: 'ha_get_state', arguments: JSON.stringify({ entity_id: 'sun.sun' }) };
    expect((await callTool(url, 'ha_call_read_tool', read)).body).toMatchObject({ data: { entity_id: 'sun.sun' } });
    const twice = { name: 'ha_call_read_tool', arguments: read };
    expect((await callTool(url, 'ha_call_read_tool', twice)).isError).toBe(false);
    expect((await callTool(url, read.name, { entity_id: 'sun.sun' })).isError).toBe(false);
    const astray = await callTool(url, 'ha_call_write_tool', read);
    expect(astray.body).toMatchObject({
      ...{ error: { code: 'VALIDATION_INVALID_PARAMETER' }, tool_name: read.name },
      ...{ correct_proxy: 'ha_call_read_tool', proxy_used: 'ha_call_write_tool' },
    });
    const unknown = await callTool(url, 'ha_call_read_tool', { name: 'ha_fly', arguments: {} });
    expect(unknown.fault).toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
    const { body } = await callTool(url, 'ha_get_overview', {});
    expect(body).toMatchObject({ tool_discovery: { pinned_tools: expect.arrayContaining(['ha_search']) } });
  });

  it('loses what is switched off, and tells a client that remembers it', async () => {
    const url = await connector('less');
    await patch('less', { disabledTools: ['ha_config_get_label'] });
    expect(await listTools(url)).not.toContain('ha_config_get_label');
    const { fault, body } = await callTool(url, 'ha_config_get_label', {});
    expect([fault?.code, body['list_changed']]).toEqual(['TOOL_NOT_AVAILABLE', true]);
    expect(hub('connectors', 'set', 'less', '--disable', 'ha_search')).toMatchObject({ status: 1 });
    await patch('less', { disabledTools: null });
    expect((await callTool(url, 'ha_config_get_label', {})).isError).toBe(false);
  });

  it('that may only read keeps the mixed tools and changes nothing by any of them', async () => {
    const url = await connector('reading');
    await patch('reading', { readOnly: true });
    const names = await listTools(url);
    expect(names).toEqual(expect.arrayContaining(['ha_manage_backup', 'ha_manage_updates', 'ha_manage_pipeline']));
    expect(names).not.toContain('ha_call_service');
    const passes: [string, object][] = [
      ['ha_manage_backup', { scope: 'snapshot', action: 'list' }],
      ['ha_manage_energy_prefs', { mode: 'get' }],
      ['ha_manage_energy_prefs', { mode: 'add_device', stat_consumption: 'sensor.x', dry_run: true }],
      ['ha_manage_pipeline', { action: 'list' }],
      ['ha_manage_custom_tool', { list_saved: true }],
      ['ha_manage_radio', { radio: 'zwave', action: 'network_status' }],
      ['ha_manage_updates', {}],
      ['ha_manage_theme', { action: 'list' }],
    ];
    for (const [tool, args] of passes) expect((await callTool(url, tool, args)).fault, tool).toBeUndefined();
    const refused: [string, object][] = [
      ['ha_call_service', LIGHT],
      ['ha_manage_backup', { scope: 'snapshot', action: 'create' }],
      ['ha_manage_energy_prefs', { mode: 'add_device', stat_consumption: 'sensor.x' }],
      ['ha_manage_pipeline', { action: 'process', sentence: 'turn on bed light' }],
      ['ha_manage_custom_tool', { code: '1' }],
      ['ha_manage_radio', { radio: 'zwave', action: 'add' }],
      ['ha_manage_updates', { action: 'skip', entity_ids: 'update.demo_update_no_install' }],
      ['ha_restart', { confirm: true }],
    ];
    for (const [tool, args] of refused) {
      const { body } = await callTool(url, tool, args);
      expect(body, tool).toMatchObject({ error: { code: 'READ_ONLY_MODE' }, read_only_mode: true, tool_name: tool });
    }
    const { body } = await callTool(url, 'ha_get_overview', {});
    expect(body).toMatchObject({ read_only_mode: true, read_only_mode_hint: expect.any(String) });
  });

  it('that is strict asks for the key of the guide, and one that is not does not', async () => {
    const url = await connector('strict');
    const write = (more: object) =>
      callTool(url, 'ha_config_set_helper', { helper_type: 'input_boolean', name: 'Shaping', ...more });
    expect((await write({})).body).toMatchObject({
      ...{ error: { code: 'BPS_ACKNOWLEDGMENT_REQUIRED' }, tool_name: 'ha_config_set_helper' },
      strict_mandatory_bps: true,
    });
    expect((await write({ BestPracticeKey: 'wrong' })).isError).toBe(true);
    const { body } = await write({ BestPracticeKey: await bestPracticeKey(url) });
    const remove = { target: body['entity_id'], confirm: true };
    expect((await callTool(url, 'ha_remove_helpers_integrations', remove)).isError).toBe(false);
    await patch('strict', { strict: false });
    const { body: free } = await write({});
    await callTool(url, 'ha_remove_helpers_integrations', { target: free['entity_id'], confirm: true });
    expect(free).toMatchObject({ success: true, skill_content_hint: expect.any(String) });
  });

  it('asks a person, who allows a call once from the command line', async () => {
    const url = await addConnector(admin, FIRST_TENANT, { name: 'asking', ceiling: 'control' });
    await patch('asking', { askUpTo: 'secure' });
    const unlock = () =>
      callTool(url, 'ha_call_service', { domain: 'lock', service: 'unlock', entity_id: 'lock.front_door' });
    const { fault, body } = await unlock();
    expect(fault).toMatchObject({ code: 'USER_APPROVAL_REQUIRED' });
    const id = String(body['approval_id']);
    expect(JSON.stringify(body)).toContain(`hub approvals allow ${id}`);
    expect(hub('approvals', 'list').stdout).toContain(id);
    expect(hub('approvals', 'allow', id)).toMatchObject({ status: 0 });
    expect((await unlock()).body).toMatchObject({ success: true, verified_state: 'unlocked' });
    const again = await unlock();
    expect(again.fault).toMatchObject({ code: 'USER_APPROVAL_REQUIRED' });
    expect(hub('approvals', 'deny', String(again.body['approval_id']))).toMatchObject({ status: 0 });
    expect((await unlock()).fault).toMatchObject({ code: 'USER_DENIED' });
    await bench().ok('ha_call_service', { domain: 'lock', service: 'lock', entity_id: 'lock.front_door' });
  });

  it('knows nothing of what its entity rules hide', async () => {
    const url = await connector('seeing');
    await patch('seeing', {
      visibility: { deny: { domains: ['lock'], entities: ['light.bed_light'] }, ceiling: 'destroy' },
    });
    const { fault } = await callTool(url, 'ha_get_state', { entity_id: 'light.bed_light' });
    expect(fault).toMatchObject({ code: 'ENTITY_NOT_FOUND' });
    const { body } = await callTool(url, 'ha_search', { query: 'lock', limit: 50 });
    expect(JSON.stringify(body['entities'])).not.toMatch(/"lock\.|bed_light/);
    expect((await callTool(url, 'ha_call_service', { ...LIGHT, entity_id: 'light.bed_light' })).isError).toBe(true);
    expect((await callTool(url, 'ha_call_service', LIGHT)).isError).toBe(false);
  });

  it('that reaches two homes names them, and wants to be told which for a change', async () => {
    const { url: homeUrl, readOnlyToken: token } = bench().home;
    // The same home twice is refused: a second one that is not there does as well for this.
    const body = { slug: 'lake', name: 'Lake', url: homeUrl.replace(/:\d+$/, ':1'), token, check: false };
    await admin.send('POST', `/tenants/${FIRST_TENANT}/homes`, body);
    const url = await connector('two');
    const { body: listed } = await callTool(url, 'ha_list_homes', {});
    const homes = z
      .array(z.looseObject({ home: z.string().optional(), slug: z.string().optional() }))
      .parse(listed['homes']);
    expect(JSON.stringify(homes)).toContain('lake');
    expect((await callTool(url, 'ha_call_service', LIGHT)).fault).toMatchObject({ code: 'HOME_REQUIRED' });
    const slug = homes.map((home) => home.slug ?? home.home).find((one) => one !== 'lake');
    const done = await callTool(url, 'ha_call_service', { ...LIGHT, home: slug });
    expect(done.body).toMatchObject({ success: true, home: slug });
    expect((await callTool(url, 'ha_get_state', { entity_id: 'sun.sun', home: 'lake' })).isError).toBe(true);
    expect((await callTool(url, 'ha_get_state', { entity_id: 'sun.sun', home: 'nowhere' })).isError).toBe(true);
    await admin.send('DELETE', `/tenants/${FIRST_TENANT}/homes/lake`);
  });
});
