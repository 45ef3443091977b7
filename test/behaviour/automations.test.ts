import { describe, expect, it } from 'vitest';
import { type Answer, type Bench, describeBehaviour } from './harness.ts';

const LIGHT = 'light.ceiling_lights';
const trigger = { trigger: 'state', entity_id: LIGHT, to: 'on' };
const action = { action: 'light.turn_off', target: { entity_id: LIGHT } };

await describeBehaviour('automations', (bench) => {
  const write = (args: object) => bench().ok('ha_config_set_automation', { BestPracticeKey: bench().key, ...args });
  const refused = (args: object, code: string) =>
    bench().fails('ha_config_set_automation', { BestPracticeKey: bench().key, ...args }, code);
  const read = (identifier: string) => bench().ok('ha_config_get_automation', { identifier });
  const stored = (id: string) => bench().rest(`/config/automation/config/${id}`);
  /** Makes one, hands it on and removes it. */
  async function withAutomation(alias: string, use: (made: Answer, it: Bench) => Promise<void>, more: object = {}) {
    const made = await write({ config: { alias, triggers: [trigger], actions: [action], ...more } });
    try {
      await use(made, bench());
    } finally {
      await bench().call('ha_config_remove_automation', { identifier: made.unique_id });
    }
  }

  it('is made, runs, is read by both ids, and is gone once removed', async () => {
    const config = { alias: 'Behaviour one', triggers: [trigger], conditions: [], actions: [action], mode: 'restart' };
    const made = await write({ config });
    const { unique_id: id, entity_id } = made;
    expect(made).toMatchObject({ success: true, operation: 'created', automation_id: id });
    expect(entity_id).toBe('automation.behaviour_one');
    expect(id).toMatch(/^\d{13}$/);
    expect((await bench().rest(`/states/${entity_id}`)).state).toBe('on');
    for (const identifier of [id, entity_id]) {
      const got = await read(identifier);
      expect(got).toMatchObject({ success: true, action: 'get', automation_id: identifier, config: { ...config, id } });
      expect(got.config_hash).toMatch(/^[0-9a-f]{16}$/);
    }
    const gone = await bench().ok('ha_config_remove_automation', { identifier: entity_id });
    expect(gone).toMatchObject({ action: 'delete', automation_id: entity_id, unique_id: id, operation: 'deleted' });
    await expect(bench().rest(`/states/${entity_id}`)).rejects.toThrow('404');
    await expect(stored(id)).rejects.toThrow('404');
    await bench().fails('ha_config_remove_automation', { identifier: entity_id }, 'RESOURCE_NOT_FOUND');
  });

  it('takes the words of older automations, and shows the new ones', async () => {
    const config = {
      alias: 'Behaviour old words',
      trigger: [{ platform: 'state', entity_id: LIGHT }],
      condition: [],
      action: [{ service: 'light.turn_on', target: { entity_id: LIGHT } }],
    };
    const { unique_id: identifier } = await write({ config: JSON.stringify(config) });
    const got = await read(identifier);
    expect(got.config).toMatchObject({ triggers: [{ trigger: 'state' }], actions: [{ action: 'light.turn_on' }] });
    for (const old of ['trigger', 'condition', 'action']) expect(got.config).not.toHaveProperty(old);
    await bench().ok('ha_config_remove_automation', { identifier, wait: 'false' });
  });

  it('is replaced as a whole by a second write', () =>
    withAutomation('Behaviour replaced', async ({ unique_id: id, entity_id }) => {
      const config = { alias: 'Behaviour replaced', description: 'now with words', triggers: [], actions: [action] };
      const changed = await write({ identifier: entity_id, config });
      expect(changed).toMatchObject({ operation: 'updated', unique_id: id, entity_id });
      expect(await stored(id)).toMatchObject({ id, description: 'now with words', triggers: [] });
    }));

  it('is changed by a transform of what was read', () =>
    withAutomation('Behaviour transformed', async ({ unique_id: id }) => {
      const { config_hash } = await read(id);
      const python_transform = "config['actions'].append({'delay': {'seconds': 1}})\nconfig['mode'] = 'queued'";
      const args = { identifier: id, python_transform, config_hash };
      const changed = await write(args);
      expect(changed).toMatchObject({ success: true, action: 'python_transform', python_expression: python_transform });
      expect(changed.message).toEqual(expect.any(String));
      expect(changed.config_hash).toBe((await read(id)).config_hash);
      expect(await stored(id)).toMatchObject({ mode: 'queued', actions: [{}, { delay: { seconds: 1 } }] });
      const stale = await refused(args, 'SERVICE_CALL_FAILED');
      expect(stale.current_config_hash).toBe(changed.config_hash);
    }));

  describe('a transform is refused', () => {
    it.each([
      ['that imports', 'import os', 'VALIDATION_FAILED', 'Expression validation failed: Forbidden node type: Import'],
      ['that defines', 'def f(): pass', 'VALIDATION_FAILED', 'Expression validation failed: Forbidden node type'],
      ['that opens', "open('/etc/passwd')", 'VALIDATION_FAILED', 'Expression validation failed'],
      ['past the end', "config['actions'][7] = 1", 'VALIDATION_FAILED', 'Expression raised at runtime: IndexError'],
      ['of a missing key', "config['nope']['x'] = 1", 'VALIDATION_FAILED', 'Expression raised at runtime: KeyError'],
    ])('%s', (_title, python_transform, code, message) =>
      withAutomation('Behaviour refused', async ({ unique_id: identifier }) => {
        const before = await stored(identifier);
        const { config_hash } = await read(identifier);
        const { error } = await refused({ identifier, python_transform, config_hash }, code);
        expect(error.message).toMatch(new RegExp(`^${message}`));
        expect(await stored(identifier)).toEqual(before);
      }),
    );
  });

  it.each([
    ['nothing to write', {}, 'VALIDATION_INVALID_PARAMETER'],
    ['both ways at once', { identifier: 'x', config: {}, python_transform: 'x = 1' }, 'VALIDATION_INVALID_PARAMETER'],
    ['a transform of nothing', { python_transform: 'x = 1' }, 'VALIDATION_INVALID_PARAMETER'],
    ['a transform without hash', { identifier: 'x', python_transform: 'x = 1' }, 'VALIDATION_INVALID_PARAMETER'],
    ['an id inside alone', { config: { id: '7', alias: 'x', triggers: [], actions: [] } }, 'VALIDATION_FAILED'],
    ['a list as config', { config: [1] }, 'VALIDATION_FAILED'],
    [
      'an unknown category',
      { config: { alias: 'x', triggers: [], actions: [] }, category: 'nope' },
      'VALIDATION_INVALID_PARAMETER',
    ],
    [
      'an unknown trigger',
      { config: { alias: 'x', triggers: [{ trigger: 'nope' }], actions: [] } },
      'VALIDATION_FAILED',
    ],
  ])('%s is refused', (_title, args, code) => refused(args, code));

  it('names what is missing', async () => {
    const body = await refused({ config: { description: 'x' } }, 'CONFIG_MISSING_REQUIRED_FIELDS');
    expect(body.missing_fields).toEqual(['alias', 'triggers', 'actions']);
    const blueprint = await refused({ config: { use_blueprint: { path: 'x' } } }, 'CONFIG_MISSING_REQUIRED_FIELDS');
    expect(blueprint.missing_fields).toEqual(['alias']);
  });

  it('is not found by a wrong name, and the answer says which there are', () =>
    withAutomation('Behaviour findable', async ({ entity_id }) => {
      const body = await bench().fails(
        'ha_config_get_automation',
        { identifier: 'automation.behaviour_findabel' },
        'RESOURCE_NOT_FOUND',
      );
      expect(body).toMatchObject({
        automation_id: 'automation.behaviour_findabel',
        available_automation_ids: expect.arrayContaining([entity_id]),
      });
      expect(body.error.suggestion).toContain(entity_id);
      await bench().fails('ha_config_get_automation', { identifier: '' }, 'VALIDATION_INVALID_PARAMETER');
      await bench().fails('ha_config_get_automation', {}, 'VALIDATION_FAILED');
    }));

  it('with a service and an entity that are not there is made, with warnings', () =>
    withAutomation(
      'Behaviour references',
      async ({ validation }) => {
        expect(validation.warnings).toEqual(
          expect.arrayContaining([
            expect.objectContaining({ value: 'light.explode', kind: 'service', path: expect.any(String) }),
            expect.objectContaining({ value: 'light.nowhere', kind: 'entity', reason: expect.any(String) }),
          ]),
        );
      },
      { actions: [{ action: 'light.explode', target: { entity_id: 'light.nowhere' } }] },
    ));

  it('of a blueprint needs its inputs', async () => {
    const path = 'homeassistant/motion_light.yaml';
    const config = { alias: 'Behaviour blueprint', use_blueprint: { path, input: {} } };
    expect((await refused({ config }, 'VALIDATION_FAILED')).error.message).toContain('motion_entity');
    const input = { motion_entity: 'binary_sensor.movement_backyard', light_target: { entity_id: LIGHT } };
    const { unique_id: identifier } = await write({ config: { ...config, use_blueprint: { path, input } } });
    expect((await read(identifier)).config).toMatchObject({ use_blueprint: { path, input } });
    await bench().ok('ha_config_remove_automation', { identifier });
  });

  it('carries its category', async () => {
    const { category_id: category } = await bench().ok('ha_config_set_category', {
      name: 'Behaviour automations',
      scope: 'automation',
    });
    await withAutomation('Behaviour sorted', async ({ unique_id: identifier, entity_id }) => {
      const { alias, triggers, actions } = (await read(identifier)).config;
      expect(await write({ identifier, config: { alias, triggers, actions }, category })).toMatchObject({ category });
      expect((await read(identifier)).config.category).toBe(category);
      const entry = await bench().ws({ type: 'config/entity_registry/get', entity_id });
      expect(entry.categories).toEqual({ automation: category });
    });
    await bench().ok('ha_config_remove_category', { scope: 'automation', category_id: category });
  });

  it('is shown and not saved with preview', async () => {
    const config = { alias: 'Behaviour preview', triggers: [trigger], actions: [action] };
    expect(await write({ config, preview: true })).toMatchObject({ preview: true, would_change: true });
    await expect(bench().rest('/states/automation.behaviour_preview')).rejects.toThrow('404');
  });

  it('made twice by the same call is made once', async () => {
    const config = { alias: 'Behaviour twice', triggers: [trigger], actions: [action] };
    const [first, second] = [await write({ config }), await write({ config })];
    expect(second).toMatchObject({ unique_id: first.unique_id, repeated: true });
    await bench().ok('ha_config_remove_automation', { identifier: first.unique_id });
    const third = await write({ config });
    expect(third.unique_id).not.toBe(first.unique_id);
    expect(third).not.toHaveProperty('repeated');
    await bench().ok('ha_config_remove_automation', { identifier: third.unique_id });
  });

  it('asks for the guide first, and brings its rules with what was written', async () => {
    const config = { alias: 'Behaviour rules', triggers: [trigger], actions: [action] };
    const body = await bench().fails('ha_config_set_automation', { config }, 'BPS_ACKNOWLEDGMENT_REQUIRED');
    expect(body).toMatchObject({ tool_name: 'ha_config_set_automation', strict_mandatory_bps: true });
    const made = await write({ config });
    expect(Object.keys(made.skill_content)).toEqual([
      'references/automation-patterns.md',
      'references/template-guidelines.md',
    ]);
    expect(made.skill_content_hint).toEqual(expect.any(String));
    const identifier = made.unique_id;
    const quiet = await write({ identifier, config: { ...config, description: 'x' }, MandatoryBPS: false });
    expect(quiet).not.toHaveProperty('skill_content');
    await bench().ok('ha_config_remove_automation', { identifier });
  });

  it('is kept as it was before each change, and brought back from there', () =>
    withAutomation('Behaviour kept', async ({ unique_id: identifier }) => {
      const before = await read(identifier);
      await write({ identifier, config: { alias: 'Behaviour spoilt', triggers: [], actions: [] } });
      const { data } = await bench().ok('ha_manage_backup', { scope: 'edits', action: 'list', entity_id: identifier });
      const [newest] = data.backups;
      expect(newest).toMatchObject({ domain: 'automation', entity_id: identifier, name: expect.any(String) });
      await bench().ok('ha_manage_backup', {
        ...{ scope: 'edits', action: 'restore', backup_name: newest.name, confirm: true },
      });
      expect((await read(identifier)).config_hash).toBe(before.config_hash);
    }));
});
