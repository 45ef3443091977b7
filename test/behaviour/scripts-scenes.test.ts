import { expect, it } from 'vitest';
import { describeBehaviour } from './harness.ts';

const LIGHT = 'light.ceiling_lights';
const turnOn = { action: 'light.turn_on', target: { entity_id: LIGHT } };

await describeBehaviour('scripts', (bench) => {
  const write = (args: object) => bench().ok('ha_config_set_script', { BestPracticeKey: bench().key, ...args });
  const refused = (args: object, code: string) =>
    bench().fails('ha_config_set_script', { BestPracticeKey: bench().key, ...args }, code);
  const read = (script_id: string) => bench().ok('ha_config_get_script', { script_id });
  const stored = (id: string) => bench().rest(`/config/script/config/${id}`);
  async function withScript(script_id: string, use: () => Promise<unknown>, config: object = {}) {
    await write({ script_id, config: { alias: script_id, sequence: [turnOn], ...config } });
    try {
      await use();
    } finally {
      await bench().call('ha_config_remove_script', { script_id });
    }
  }

  it('is made, read in its envelope, and gone once removed', async () => {
    const script_id = 'behaviour_script';
    const config = { alias: 'Behaviour script', sequence: [turnOn], mode: 'single', icon: 'mdi:flask' };
    expect(await write({ script_id, config })).toMatchObject({ success: true, script_id, operation: 'created' });
    expect((await bench().rest(`/states/script.${script_id}`)).attributes.friendly_name).toBe('Behaviour script');
    for (const id of [script_id, `script.${script_id}`]) {
      const got = await read(id);
      expect(got).toMatchObject({ action: 'get', script_id, config: { success: true, script_id, config } });
      expect(got.config_hash).toMatch(/^[0-9a-f]{16}$/);
    }
    const gone = await bench().ok('ha_config_remove_script', { script_id });
    expect(gone).toMatchObject({ action: 'delete', script_id, operation: 'deleted' });
    await expect(bench().rest(`/states/script.${script_id}`)).rejects.toThrow('404');
    await bench().fails('ha_config_remove_script', { script_id }, 'VALIDATION_FAILED');
    await bench().fails('ha_config_get_script', { script_id }, 'RESOURCE_NOT_FOUND');
  });

  it('is replaced, and changed by a transform', () =>
    withScript('behaviour_changed', async () => {
      const script_id = 'behaviour_changed';
      const old = [{ service: 'light.turn_off', entity_id: LIGHT }];
      expect(await write({ script_id, config: { alias: 'New', sequence: old } })).toMatchObject({
        operation: 'updated',
      });
      const { config_hash } = await read(script_id);
      const python_transform = "config['sequence'] = config['sequence'] + [{'delay': '00:00:01'}]";
      const args = { script_id: `script.${script_id}`, python_transform, config_hash };
      const changed = await write(args);
      expect(changed).toMatchObject({ action: 'python_transform', python_expression: python_transform, script_id });
      expect((await stored(script_id)).sequence).toHaveLength(2);
      expect(await refused(args, 'SERVICE_CALL_FAILED')).toMatchObject({ current_config_hash: changed.config_hash });
      const emptied = { script_id, python_transform: "config.pop('sequence')", config_hash: changed.config_hash };
      await refused(emptied, 'VALIDATION_FAILED');
    }));

  it('keeps its storage key under another entity id', () =>
    withScript('behaviour_key', async () => {
      const renamed = { entity_id: 'script.behaviour_key', new_entity_id: 'script.behaviour_renamed' };
      await bench().ok('ha_set_entity', renamed);
      expect(await read('script.behaviour_renamed')).toMatchObject({ script_id: 'behaviour_key' });
      await write({ script_id: 'behaviour_renamed', config: { alias: 'Renamed', sequence: [] } });
      expect((await stored('behaviour_key')).alias).toBe('Renamed');
    }));

  it.each([
    ['neither sequence nor blueprint', { config: { alias: 'x' } }, 'VALIDATION_MISSING_PARAMETER'],
    ['nothing to write', {}, 'VALIDATION_INVALID_PARAMETER'],
    ['both ways at once', { config: { sequence: [] }, python_transform: 'x = 1' }, 'VALIDATION_INVALID_PARAMETER'],
    ['a transform without hash', { python_transform: 'x = 1' }, 'VALIDATION_INVALID_PARAMETER'],
    ['an unknown step', { config: { sequence: [{ nope: 1 }] } }, 'VALIDATION_FAILED'],
    ['a bad id', { script_id: 'Not A Slug', config: { sequence: [] } }, 'VALIDATION_FAILED'],
  ])('with %s is refused', (_title, args, code) => refused({ script_id: 'behaviour_never', ...args }, code));

  it('carries its category and its warnings', async () => {
    const sort = { name: 'Behaviour scripts', scope: 'script' };
    const { category_id: category } = await bench().ok('ha_config_set_category', sort);
    await withScript('behaviour_sorted', async () => {
      const made = await write({
        script_id: 'behaviour_sorted',
        config: { sequence: [{ action: 'light.explode' }] },
        category,
      });
      expect(made).toMatchObject({ category, validation: { warnings: [{ value: 'light.explode', kind: 'service' }] } });
      expect((await read('behaviour_sorted')).config.category).toBe(category);
    });
    await bench().ok('ha_config_remove_category', { scope: 'script', category_id: category });
  });
});

await describeBehaviour('scenes', (bench) => {
  const write = (args: object) => bench().ok('ha_config_set_scene', { BestPracticeKey: bench().key, ...args });
  const refused = (args: object, code: string) =>
    bench().fails('ha_config_set_scene', { BestPracticeKey: bench().key, ...args }, code);
  const read = (scene_id: string) => bench().ok('ha_config_get_scene', { scene_id });
  const scene = (name: string) => ({ name, entities: { [LIGHT]: { state: 'on', brightness: 100 } } });

  it('is made, read, set, and gone once removed', async () => {
    const scene_id = 'behaviour_scene';
    await bench().ws({ type: 'input_boolean/create', name: 'Behaviour scene switch' });
    const config = { name: 'Behaviour scene', entities: { 'input_boolean.behaviour_scene_switch': { state: 'on' } } };
    const made = await write({ scene_id, config });
    expect(made).toMatchObject({ success: true, scene_id });
    expect(made).not.toHaveProperty('warnings');
    for (const id of [scene_id, 'scene.behaviour_scene']) {
      expect(await read(id)).toMatchObject({
        ...{ action: 'get', scene_id, config: { id: scene_id, ...config } },
        config_hash: expect.stringMatching(/^[0-9a-f]{16}$/),
      });
    }
    await bench().ok('ha_call_service', { domain: 'scene', service: 'turn_on', entity_id: 'scene.behaviour_scene' });
    expect(await bench().rest('/states/input_boolean.behaviour_scene_switch')).toMatchObject({ state: 'on' });
    const gone = await bench().ok('ha_config_remove_scene', { scene_id: 'scene.behaviour_scene' });
    expect(gone).toMatchObject({ action: 'delete', scene_id, operation: 'deleted' });
    await expect(bench().rest('/states/scene.behaviour_scene')).rejects.toThrow('404');
    await bench().fails('ha_config_get_scene', { scene_id }, 'ENTITY_NOT_FOUND');
    await bench().ws({ type: 'input_boolean/delete', input_boolean_id: 'behaviour_scene_switch' });
  });

  it('is changed by a transform of what was read', async () => {
    const scene_id = 'behaviour_dimmed';
    await write({ scene_id, config: scene('Behaviour dimmed') });
    const { config_hash } = await read(scene_id);
    const python_transform = `config['entities']['${LIGHT}']['brightness'] = 5`;
    const changed = await write({ scene_id, python_transform, config_hash });
    expect(changed).toMatchObject({ action: 'python_transform', python_expression: python_transform });
    expect((await bench().rest(`/config/scene/config/${scene_id}`)).entities[LIGHT].brightness).toBe(5);
    const stale = await refused({ scene_id, python_transform, config_hash }, 'SERVICE_CALL_FAILED');
    expect(stale.current_config_hash).toBe(changed.config_hash);
    await bench().ok('ha_config_remove_scene', { scene_id });
  });

  it('takes its entities as an object alone', async () => {
    const config = { name: 'x', entities: [{ entity_id: LIGHT, state: 'on' }] };
    const body = await refused({ scene_id: 'behaviour_never', config }, 'VALIDATION_INVALID_PARAMETER');
    expect(body.provided_type).toBe('list');
    await refused({ scene_id: 'behaviour_never' }, 'VALIDATION_INVALID_PARAMETER');
  });

  it('are listed without an id', async () => {
    await write({ scene_id: 'behaviour_listed', config: scene('Behaviour listed') });
    const { scenes } = await bench().ok('ha_config_get_scene', { query: 'behaviour listed' });
    expect(scenes).toMatchObject([{ scene_id: 'behaviour_listed', entity_id: 'scene.behaviour_listed' }]);
    await bench().ok('ha_config_remove_scene', { scene_id: 'behaviour_listed' });
  });
});
