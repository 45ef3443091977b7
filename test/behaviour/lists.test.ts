import { expect, it } from 'vitest';
import { describeBehaviour } from './harness.ts';

const PAGE = {
  total_count: expect.any(Number),
  offset: 0,
  count: expect.any(Number),
  has_more: false,
  next_offset: null,
};

await describeBehaviour('lists of what a home has', (bench) => {
  it('ha_get_entity_exposure tells which assistants are shown an entity', async () => {
    const entity_id = 'light.bed_light';
    const one = await bench().ok('ha_get_entity_exposure', { entity_id });
    expect(one).toMatchObject({
      ...{
        success: true,
        entity_id,
        is_exposed_anywhere: true,
        has_custom_settings: expect.any(Boolean),
        note: expect.any(String),
      },
      exposed_to: { conversation: true, 'cloud.alexa': false, 'cloud.google_assistant': false },
    });
    const own = await bench().ws({ type: 'homeassistant/expose_entity/list' });
    const all = await bench().ok('ha_get_entity_exposure', { assistant: 'conversation' });
    expect(Object.keys(all.exposed_entities)).toContain(entity_id);
    expect(all.total_entities_with_settings).toBe(Object.keys(own.exposed_entities).length);
    expect(all).toMatchObject({
      count: Object.keys(all.exposed_entities).length,
      summary: { conversation: expect.any(Number) },
    });
    const wrong = await bench().fails(
      'ha_get_entity_exposure',
      { assistant: 'jeeves' },
      'VALIDATION_INVALID_PARAMETER',
    );
    expect(wrong.valid_assistants).toEqual(['conversation', 'cloud.alexa', 'cloud.google_assistant']);
  });

  it('ha_get_zone lists zones and shows one', async () => {
    const zone = { name: 'Behaviour zone', latitude: 52.1, longitude: 4.1, radius: 50 };
    const { id } = await bench().ws({ type: 'zone/create', ...zone });
    try {
      const all = await bench().ok('ha_get_zone');
      expect(all).toMatchObject({ success: true, count: all.zones.length, message: expect.any(String) });
      expect(all.zones).toContainEqual(expect.objectContaining({ ...zone, id }));
      expect(await bench().ok('ha_get_zone', { zone_id: id })).toMatchObject({ zone_id: id, zone });
    } finally {
      await bench().ws({ type: 'zone/delete', zone_id: id });
    }
    const missing = await bench().fails('ha_get_zone', { zone_id: 'nowhere' }, 'RESOURCE_NOT_FOUND');
    expect(missing).toMatchObject({ available_zone_ids: expect.any(Array) });
  });

  it('ha_config_list_groups lists groups of the old kind', async () => {
    const set = { object_id: 'behaviour_group', name: 'Behaviour group', entities: ['light.bed_light', 'switch.ac'] };
    await bench().ok('ha_call_service', { domain: 'group', service: 'set', data: set });
    try {
      const body = await bench().ok('ha_config_list_groups');
      expect(body).toMatchObject({ ...PAGE, limit: 100, message: expect.any(String) });
      expect(body.groups).toContainEqual({
        ...{ entity_id: 'group.behaviour_group', object_id: 'behaviour_group', friendly_name: 'Behaviour group' },
        ...{ entity_ids: set.entities, all: null, state: expect.any(String), icon: null, order: expect.any(Number) },
      });
    } finally {
      await bench().ok('ha_call_service', {
        domain: 'group',
        service: 'remove',
        data: { object_id: 'behaviour_group' },
      });
    }
    for (const args of [{ limit: 0 }, { limit: 501 }, { offset: -1 }])
      await bench().fails('ha_config_list_groups', args, 'VALIDATION_FAILED');
  });

  it('ha_config_list_helpers lists helpers of each type, and of all', async () => {
    const { id } = await bench().ws({ type: 'input_number/create', name: 'Behaviour number', min: 1, max: 9, step: 1 });
    try {
      const body = await bench().ok('ha_config_list_helpers', { helper_type: 'input_number' });
      expect(body).toMatchObject({
        success: true,
        helper_type: 'input_number',
        ...PAGE,
        limit: 100,
        message: expect.any(String),
      });
      const row = { id, name: 'Behaviour number', entity_id: 'input_number.behaviour_number', min: 1, max: 9 };
      expect(body.helpers).toContainEqual(expect.objectContaining(row));
      const all = await bench().ok('ha_config_list_helpers', { helper_type: 'all', limit: '500' });
      expect(all.helpers).toContainEqual(expect.objectContaining({ ...row, helper_type: 'input_number' }));
    } finally {
      await bench().ws({ type: 'input_number/delete', input_number_id: id });
    }
    const types = [
      ...[
        'input_button',
        'input_boolean',
        'input_select',
        'input_text',
        'input_datetime',
        'counter',
        'timer',
        'schedule',
      ],
      ...['zone', 'person', 'tag', 'template', 'group', 'utility_meter', 'derivative', 'min_max', 'threshold'],
    ];
    for (const helper_type of types)
      expect(await bench().ok('ha_config_list_helpers', { helper_type })).toMatchObject({ helper_type, ...PAGE });
    for (const args of [{}, { helper_type: 'gadget' }, { helper_type: 'tag', limit: 0 }])
      await bench().fails('ha_config_list_helpers', args, 'VALIDATION_FAILED');
  });

  it('ha_get_blueprint lists blueprints and shows one with its inputs', async () => {
    const all = await bench().ok('ha_get_blueprint');
    expect(all).toMatchObject({ success: true, domain: 'automation', count: all.blueprints.length });
    const path = 'homeassistant/motion_light.yaml';
    expect(all.blueprints).toContainEqual(
      expect.objectContaining({ path, name: 'Motion-activated Light', domain: 'automation' }),
    );
    const one = await bench().ok('ha_get_blueprint', { path });
    expect(one).toMatchObject({
      path,
      domain: 'automation',
      name: 'Motion-activated Light',
      inputs: { light_target: expect.any(Object) },
    });
    const scripts = await bench().ok('ha_get_blueprint', { domain: 'script' });
    expect(scripts.blueprints.every(({ domain }: { domain: string }) => domain === 'script')).toBe(true);
    const missing = await bench().fails('ha_get_blueprint', { path: 'nowhere.yaml' }, 'RESOURCE_NOT_FOUND');
    expect(missing.available_blueprints).toContain(path);
    const wrong = await bench().fails('ha_get_blueprint', { domain: 'scene' }, 'VALIDATION_INVALID_PARAMETER');
    expect(wrong.valid_domains).toEqual(['automation', 'script']);
  });

  it('ha_config_list_dashboard_resources lists resources, inline ones by a first look or whole', async () => {
    const make = (url: string) => bench().ws({ type: 'lovelace/resources/create', res_type: 'module', url });
    const inline = `data:text/javascript;base64,${Buffer.from('export const here = 1;').toString('base64')}`;
    const made = [await make('/local/behaviour.js'), await make(inline)];
    try {
      const body = await bench().ok('ha_config_list_dashboard_resources');
      expect(body).toMatchObject({
        success: true,
        action: 'list',
        ...PAGE,
        limit: 100,
        inline_count: 1,
        by_type: { module: 2 },
      });
      expect(body.resources).toMatchObject([
        { id: made[0].id, type: 'module', url: '/local/behaviour.js' },
        { id: made[1].id, url: '[inline]', _inline: true, _size: expect.any(Number), _preview: expect.any(String) },
      ]);
      const whole = await bench().ok('ha_config_list_dashboard_resources', {
        include_content: 'true',
        offset: '1',
        limit: 1,
      });
      expect(whole).toMatchObject({ count: 1, resources: [{ _content: 'export const here = 1;' }] });
    } finally {
      for (const { id } of made) await bench().ws({ type: 'lovelace/resources/delete', resource_id: id });
    }
  });

  it('ha_list_homes says which home this is', async () => {
    const body = await bench().ok('ha_list_homes');
    expect(body).toMatchObject({
      success: true,
      count: 1,
      homes: [{ name: 'Test home', state: 'running', simulated: false }],
    });
  });

  it('ha_get_integration lists entries and shows one', async () => {
    const own = await bench().rest('/config/config_entries/entry');
    const list = await bench().ok('ha_get_integration');
    expect(list).toMatchObject({
      success: true,
      ...PAGE,
      limit: 50,
      total_count: own.length,
      state_summary: { loaded: expect.any(Number) },
    });
    const demo = await bench().ok('ha_get_integration', { domain: 'demo' });
    expect(demo).toMatchObject({
      domain_filter: 'demo',
      count: 1,
      entries: [{ domain: 'demo', title: 'Demo', state: 'loaded', source: 'import' }],
    });
    const [{ entry_id }] = demo.entries;
    const one = await bench().ok('ha_get_integration', { entry_id, include_schema: 'true' });
    expect(one).toMatchObject({
      entry_id,
      entry: { entry_id, domain: 'demo', title: 'Demo' },
      log_level: expect.any(String),
    });
    expect(one.options_schema).toMatchObject({ data_schema: expect.any(Array) });
    const without = await bench().ok('ha_get_integration', { entry_id, include_diagnostics: true });
    expect(without.diagnostics).toEqual({ config_entry_id: entry_id, error: expect.stringContaining('offers none') });
    const found = await bench().ok('ha_get_integration', { query: 'deemo', exact_match: 'false' });
    expect(found.entries).toMatchObject([{ domain: 'demo' }]);
    expect(await bench().fails('ha_get_integration', { entry_id: 'nope' }, 'RESOURCE_NOT_FOUND')).toMatchObject({
      entry_id: 'nope',
    });
    expect(await bench().ok('ha_get_integration', { domain: 'no_such_thing' })).toMatchObject({
      count: 0,
      entries: [],
    });
    await bench().fails('ha_get_integration', { limit: 201 }, 'VALIDATION_FAILED');
  });

  it('ha_get_skill_guide leads from the list of skills to a file, which carries the key', async () => {
    const all = await bench().ok('ha_get_skill_guide');
    const { skill } = all.skills[0];
    expect(all.skills[0]).toMatchObject({ uri: expect.stringContaining('skill://'), description: expect.any(String) });
    const files = await bench().ok('ha_get_skill_guide', { skill });
    expect(files).toMatchObject({
      skill,
      files: expect.arrayContaining([{ name: 'SKILL.md', uri: expect.any(String) }]),
      how_to_use: expect.any(String),
    });
    const file = 'references/helper-selection.md';
    const one = await bench().ok('ha_get_skill_guide', { skill, file });
    expect(one).toMatchObject({
      skill,
      file,
      uri: expect.stringContaining(file),
      skill_content_hint: expect.any(String),
    });
    expect(one.content).toContain(bench().key);
    for (const args of [{ skill: 'nope' }, { skill, file: 'nope.md' }, { skill, file: '../../../etc/passwd' }])
      await bench().fails('ha_get_skill_guide', args, 'RESOURCE_NOT_FOUND');
  });

  it('ha_report_issue gathers what a report needs, or only what was asked for', async () => {
    const body = await bench().ok('ha_report_issue', { tool_call_count: '4' });
    const texts = [
      ...['formatted_report', 'runtime_bug_template', 'agent_behavior_template', 'anonymization_guide'],
      ...['suggested_title', 'missing_tool_hint', 'instructions'],
    ];
    for (const key of texts) expect(body[key], key).toBeTruthy();
    expect(body).toMatchObject({ success: true, diagnostic_info: { home_assistant_version: expect.any(String) } });
    expect(body.log_count).toBe(body.recent_logs.length);
    const short = await bench().ok('ha_report_issue', { fields: 'diagnostic_info' });
    expect(Object.keys(short).sort()).toEqual(['diagnostic_info', 'success']);
    await bench().fails('ha_report_issue', { tool_call_count: 17 }, 'VALIDATION_FAILED');
  });
});
