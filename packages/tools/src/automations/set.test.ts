import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool as get } from './get.ts';
import { tool as remove } from './remove.ts';
import { tool } from './set.ts';

const config = {
  alias: 'Set test',
  trigger: [{ platform: 'event', event_type: 'set_test' }],
  action: [{ action: 'light.turn_on', target: { entity_id: 'light.bed_light' }, data: { brightness: 100 } }],
};

await describeHomes('ha_config_set_automation', (context) => {
  it('creates one, waits until the home runs it, and keeps nothing before and the config after', async () => {
    const at = context();
    const made = await runTool(tool, { config }, at);
    expect(made).toMatchObject({ success: true, operation: 'created', result: 'ok', automation_id: made.unique_id });
    expect(made.warnings).toBeUndefined();
    const state = (await at.home.states()).get(made.entity_id ?? '');
    expect(state?.attributes['id']).toBe(made.unique_id);
    expect(at.keptEdits).toEqual([
      {
        item: { kind: 'automation', id: made.unique_id },
        before: undefined,
        after: expect.objectContaining({ alias: 'Set test' }),
      },
    ]);
    await runTool(remove, { identifier: made.unique_id }, at);
  });

  it('replaces one named by its entity id once the home has taken up the change', async () => {
    const at = context();
    const made = await runTool(tool, { config }, at);
    const before = (await at.home.states()).get(made.entity_id ?? '');
    const changed = await runTool(tool, { identifier: made.entity_id, config: { ...config, mode: 'queued' } }, at);
    expect(changed).toMatchObject({ operation: 'updated', unique_id: made.unique_id, entity_id: made.entity_id });
    expect(changed.warnings).toBeUndefined();
    const after = (await at.home.states()).get(made.entity_id ?? '');
    expect(after?.attributes['mode']).toBe('queued');
    expect(after?.last_changed).not.toBe(before?.last_changed);
    await runTool(remove, { identifier: made.unique_id }, at);
  });

  it('does not wait for a change that changes nothing', async () => {
    const at = context();
    const made = await runTool(tool, { config }, at);
    const again = await runTool(tool, { identifier: made.unique_id, config }, at);
    expect(again).toMatchObject({ operation: 'updated', entity_id: made.entity_id, config_hash: made.config_hash });
    expect(again.warnings).toBeUndefined();
    await runTool(remove, { identifier: made.unique_id }, at);
  });

  it('creates under a bare id that is not there yet, but takes an unknown entity id for a slip', async () => {
    const at = context();
    const made = await runTool(tool, { identifier: 'set_test_own_id', config }, at);
    expect(made).toMatchObject({ operation: 'created', unique_id: 'set_test_own_id' });
    await runTool(remove, { identifier: 'set_test_own_id' }, at);
    await expect(runTool(tool, { identifier: 'automation.nowhere_to_be', config }, at)).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
      message: expect.stringContaining('not found'),
    });
  });

  it('transforms the stored config, and the hash it answers with is that of the next read', async () => {
    const at = context();
    const made = await runTool(tool, { config }, at);
    const first = await runTool(
      tool,
      {
        identifier: made.entity_id,
        config_hash: made.config_hash,
        python_transform: "config['actions'][0]['data']['brightness'] = 255",
      },
      at,
    );
    expect(first).toMatchObject({ action: 'python_transform', operation: 'updated' });
    const read = await runTool(get, { identifier: made.unique_id }, at);
    expect(read.config_hash).toBe(first.config_hash);
    expect(read.config['actions']).toMatchObject([{ data: { brightness: 255 } }]);
    const second = await runTool(
      tool,
      {
        identifier: made.unique_id,
        config_hash: first.config_hash,
        python_transform: "config['alias'] = 'Set test two'",
      },
      at,
    );
    expect(second.config_hash).not.toBe(first.config_hash);
    await runTool(remove, { identifier: made.unique_id }, at);
  });

  it('refuses a stale hash, tells the current one, and writes nothing', async () => {
    const at = context();
    const made = await runTool(tool, { config }, at);
    const stale = { identifier: made.unique_id, config_hash: '0123456789abcdef' };
    for (const change of [{ python_transform: "config['alias'] = 'x'" }, { config: { ...config, alias: 'x' } }]) {
      await expect(runTool(tool, { ...stale, ...change }, at)).rejects.toMatchObject({
        code: 'SERVICE_CALL_FAILED',
        message: expect.stringContaining('modified since last read'),
        context: expect.objectContaining({ current_config_hash: made.config_hash }),
      });
    }
    expect(at.keptEdits).toHaveLength(1);
    await runTool(remove, { identifier: made.unique_id }, at);
  });

  it('says which required keys are missing, also after a transform that dropped one', async () => {
    const at = context();
    await expect(runTool(tool, { config: { alias: 'x', triggers: [] } }, at)).rejects.toMatchObject({
      code: 'CONFIG_MISSING_REQUIRED_FIELDS',
      context: { missing_fields: ['actions'] },
    });
    await expect(runTool(tool, { config: { use_blueprint: { path: 'a.yaml' } } }, at)).rejects.toMatchObject({
      context: { missing_fields: ['alias'] },
    });
    const made = await runTool(tool, { config }, at);
    const dropping = {
      identifier: made.unique_id,
      config_hash: made.config_hash,
      python_transform: "del config['actions']",
    };
    await expect(runTool(tool, dropping, at)).rejects.toMatchObject({ code: 'CONFIG_MISSING_REQUIRED_FIELDS' });
    await runTool(remove, { identifier: made.unique_id }, at);
  });

  it('takes exactly one of config and python_transform, the latter with identifier and config_hash', async () => {
    const at = context();
    const source = "config['alias'] = 'x'";
    const cases: [unknown, string][] = [
      [{ identifier: 'automation.x', config, python_transform: source }, 'both config and python_transform'],
      [{ identifier: 'automation.x' }, 'Either config or python_transform'],
      [{ python_transform: source, config_hash: 'abc' }, 'identifier is required'],
      [{ identifier: 'set_test_none', python_transform: source }, 'config_hash is required'],
    ];
    for (const [input, words] of cases) {
      await expect(runTool(tool, input, at)).rejects.toMatchObject({
        code: 'VALIDATION_INVALID_PARAMETER',
        message: expect.stringContaining(words),
      });
    }
  });

  it('refuses a config copied with its id, which would make a second one', async () => {
    const at = context();
    await expect(runTool(tool, { config: { ...config, id: '1700000000000' } }, at)).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      suggestions: [expect.stringContaining("identifier='1700000000000'")],
    });
  });

  it('passes on what the home says of a config it refuses', async () => {
    const at = context();
    const bad = { alias: 'Set test bad', triggers: [{ at: '07:00' }], actions: [] };
    await expect(runTool(tool, { config: bad }, at)).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      message: expect.stringContaining('Message malformed'),
      context: expect.objectContaining({ identifier: null, action: 'set' }),
    });
    expect(at.keptEdits).toEqual([]);
  });

  it('only warns of services and entities the home has not', async () => {
    const at = context();
    const actions = [{ action: 'notify.nobody' }, { action: 'light.turn_on', target: { entity_id: 'light.nowhere' } }];
    const made = await runTool(tool, { config: { alias: 'Set test refs', triggers: [], actions } }, at);
    expect(made.validation?.warnings).toEqual([
      { path: 'actions[0].action', value: 'notify.nobody', kind: 'service', reason: expect.any(String) },
      { path: 'actions[1].target.entity_id', value: 'light.nowhere', kind: 'entity', reason: expect.any(String) },
    ]);
    await runTool(remove, { identifier: made.unique_id }, at);
  });

  it('files it under a category by name, shows it, and takes it away again', async () => {
    const at = context();
    const name = 'Set test category';
    const scope = 'automation';
    const category = await at.home.send({ type: 'config/category_registry/create', scope, name });
    const { category_id } = category as { category_id: string };
    const made = await runTool(tool, { config, category: name }, at);
    expect(made).toMatchObject({ category: category_id });
    expect(made.warnings).toBeUndefined();
    const entry = async () => await at.home.send({ type: 'config/entity_registry/get', entity_id: made.entity_id });
    expect(await entry()).toMatchObject({ categories: { automation: category_id } });
    await runTool(tool, { identifier: made.unique_id, config, category: '' }, at);
    expect(await entry()).toMatchObject({ categories: {} });
    await expect(runTool(tool, { config, category: 'no such' }, at)).rejects.toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
    });
    await runTool(remove, { identifier: made.unique_id }, at);
    await at.home.send({ type: 'config/category_registry/delete', scope, category_id });
  });
});
