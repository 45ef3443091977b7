import { expect, it } from 'vitest';
import { describeBehaviour } from './harness.ts';

const text = expect.any(String);

await describeBehaviour('integrations, blueprints and programs', (bench) => {
  it('an integration is set up, stopped, started and removed', async () => {
    const config = { todo_list_name: `Behaviour ${Date.now()}` };
    const made = await bench().ok('ha_set_integration', { domain: 'local_todo', config: JSON.stringify(config) });
    expect(made).toMatchObject({ domain: 'local_todo', title: config.todo_list_name, entry_id: text, message: text });
    const { entry_id } = made;
    const stateOf = async () =>
      (await bench().rest('/config/config_entries/entry?domain=local_todo')).find(
        (entry: { entry_id: string }) => entry.entry_id === entry_id,
      )?.state;
    expect(await bench().ok('ha_set_integration', { entry_id, enabled: 'false' })).toMatchObject({
      entry_id,
      note: text,
    });
    expect(await stateOf()).toBe('not_loaded');
    await bench().ok('ha_set_integration', { entry_id, enabled: true });
    expect(await stateOf()).toBe('loaded');
    const one = await bench().ok('ha_get_integration', { entry_id });
    expect(one).toMatchObject({ entry_id, entry: { domain: 'local_todo', state: 'loaded' }, log_level: text });
    const remove = { target: entry_id, confirm: false };
    await bench().fails('ha_remove_helpers_integrations', remove, 'VALIDATION_INVALID_PARAMETER');
    const removed = await bench().ok('ha_remove_helpers_integrations', { ...remove, confirm: 'true' });
    expect(removed).toMatchObject({ action: 'delete', target: entry_id, method: 'config_entry_delete', entry_id });
    expect(await stateOf()).toBeUndefined();
  });

  it.each([
    ['ha_set_integration', {}, 'VALIDATION_INVALID_PARAMETER'],
    ['ha_set_integration', { domain: 'no_such_thing', config: {} }, 'RESOURCE_NOT_FOUND'],
    ['ha_set_integration', { entry_id: 'nowhere', enabled: true }, 'SERVICE_CALL_FAILED'],
    ['ha_set_integration', { entry_id: 'x', enabled: true, config: {} }, 'VALIDATION_INVALID_PARAMETER'],
    ['ha_get_integration', { entry_id: 'nowhere' }, 'RESOURCE_NOT_FOUND'],
    ['ha_remove_helpers_integrations', { target: 'nowhere', confirm: true }, 'RESOURCE_NOT_FOUND'],
    [
      'ha_remove_helpers_integrations',
      { target: 'nowhere', helper_type: 'input_button', confirm: true },
      'ENTITY_NOT_FOUND',
    ],
    ['ha_get_blueprint', { domain: 'scene' }, 'VALIDATION_INVALID_PARAMETER'],
    ['ha_get_blueprint', { path: 'nowhere.yaml' }, 'RESOURCE_NOT_FOUND'],
    ['ha_import_blueprint', { url: 'nowhere' }, 'VALIDATION_INVALID_PARAMETER'],
    ['ha_import_blueprint', { url: 'http://127.0.0.1:9/x.yaml' }, 'SERVICE_CALL_FAILED'],
    ['ha_manage_custom_tool', { run_saved: 'nowhere' }, 'RESOURCE_NOT_FOUND'],
    ['ha_manage_custom_tool', { code: 'class A:\n  pass' }, 'SANDBOX_SYNTAX_UNSUPPORTED'],
    ['ha_manage_custom_tool', { code: '1 / 0' }, 'SANDBOX_RUNTIME_ERROR'],
    ['ha_get_job', { job_id: 'nowhere' }, 'RESOURCE_NOT_FOUND'],
    ['ha_cancel_job', { job_id: 'nowhere' }, 'RESOURCE_NOT_FOUND'],
    ['ha_undo', { edit_id: 'nowhere' }, 'RESOURCE_NOT_FOUND'],
  ])('%s %j is refused', async (tool, args, code) => {
    await bench().fails(tool, args, code);
  });

  it('entries are listed by domain, and counted by state', async () => {
    const body = await bench().ok('ha_get_integration', { domain: 'demo', include_options: true, limit: '1' });
    expect(body).toMatchObject({ total_count: 1, count: 1, has_more: false, next_offset: null, domain_filter: 'demo' });
    expect(body).toMatchObject({ entries: [{ domain: 'demo', options: {} }], state_summary: { loaded: 1 } });
  });

  it('the blueprints of the home are listed and one is shown', async () => {
    const { blueprints, count } = await bench().ok('ha_get_blueprint');
    expect(count).toBe(blueprints.length);
    const [{ path }] = blueprints;
    expect(await bench().ok('ha_get_blueprint', { path })).toMatchObject({ path, domain: 'automation', inputs: {} });
  });

  it('a program calls tools, is kept and run again', async () => {
    const code = 'sun = await call_tool("ha_get_state", {"entity_id": "sun.sun"})\nsun["data"]["entity_id"]';
    const made = await bench().ok('ha_manage_custom_tool', { code, justification: 'try', save_as: 'behaviour' });
    expect(made.data).toMatchObject({ result: 'sun.sun', justification: 'try', saved_as: 'behaviour' });
    const again = await bench().ok('ha_manage_custom_tool', { run_saved: 'behaviour' });
    expect(again.data).toMatchObject({ result: 'sun.sun', saved_tool: 'behaviour' });
    const { data } = await bench().ok('ha_manage_custom_tool', { list_saved: true });
    expect(data.saved_tools).toContainEqual(expect.objectContaining({ name: 'behaviour' }));
  });
});
