import { describe, expect, it } from 'vitest';
import { describeBehaviour } from './harness.ts';

const TEMPERATURE = 'sensor.outside_temperature';

/** What a helper is made of, and what its state then shows. */
const STORED: readonly (readonly [string, object, { state?: unknown; attributes?: object }])[] = [
  ['input_boolean', { icon: 'mdi:bed', initial: 'on' }, { state: 'on', attributes: { icon: 'mdi:bed' } }],
  ['input_button', {}, {}],
  [
    'input_number',
    { min_value: 1, max_value: 9, step: 0.5, initial: 2, unit_of_measurement: 'W', mode: 'box' },
    { state: '2.0', attributes: { min: 1, max: 9, step: 0.5, mode: 'box', unit_of_measurement: 'W' } },
  ],
  ['input_number', { min: '1', max: 5, unit: 'lx' }, { attributes: { min: 1, max: 5, unit_of_measurement: 'lx' } }],
  ['input_number', { config: { min: 2, max: 4, step: 1 } }, { attributes: { min: 2, max: 4 } }],
  ['input_select', { options: ['a', 'b'], initial: 'b' }, { state: 'b', attributes: { options: ['a', 'b'] } }],
  ['input_select', { options: 'x, y' }, { state: 'x', attributes: { options: ['x', 'y'] } }],
  ['input_select', { options: '["p", "q"]' }, { attributes: { options: ['p', 'q'] } }],
  [
    'input_text',
    { min_value: 1, max_value: 20, initial: 'abc', mode: 'text' },
    { state: 'abc', attributes: { max: 20 } },
  ],
  ['input_datetime', { has_date: true, has_time: false }, { attributes: { has_date: true, has_time: false } }],
  [
    'counter',
    { initial: 3, step: 2, min_value: 0, max_value: 10 },
    { state: '3', attributes: { step: 2, maximum: 10 } },
  ],
  ['timer', { duration: '00:05:00', restore: true }, { state: 'idle', attributes: { duration: '0:05:00' } }],
  ['schedule', { monday: [{ from: '08:00', to: '10:00' }] }, {}],
  ['zone', { latitude: 10.5, longitude: 4, radius: '50' }, { attributes: { latitude: 10.5, radius: 50 } }],
  ['person', { device_trackers: ['device_tracker.demo_paulus'] }, {}],
  ['tag', { tag_id: 'behaviour-tag', description: 'by the door' }, {}],
];

/** Answers to a dialogue, and the domain of what it makes. */
const BY_DIALOGUE: readonly (readonly [string, object, string])[] = [
  ['template', { template_type: 'sensor', state: '{{ 40 + 2 }}', unit_of_measurement: 'W' }, 'sensor'],
  ['template', { next_step_id: 'binary_sensor', state: '{{ true }}' }, 'binary_sensor'],
  ['group', { group_type: 'light', entities: ['light.ceiling_lights'], hide_members: false }, 'light'],
  ['min_max', { entity_ids: [TEMPERATURE, 'sensor.outside_humidity'], type: 'mean' }, 'sensor'],
  ['utility_meter', { source: 'sensor.rain_today', cycle: 'daily' }, 'sensor'],
  ['threshold', { entity_id: TEMPERATURE, upper: 20 }, 'binary_sensor'],
  ['derivative', { source: TEMPERATURE, round: 1, time_window: { minutes: 5 }, unit_time: 'h' }, 'sensor'],
  ['integration', { source: TEMPERATURE }, 'sensor'],
  ['statistics', { entity_id: TEMPERATURE, state_characteristic: 'mean', sampling_size: 20 }, 'sensor'],
  ['trend', { entity_id: TEMPERATURE }, 'binary_sensor'],
  ['tod', { after_time: '08:00:00', before_time: '10:00:00' }, 'binary_sensor'],
  ['random', { template_type: 'sensor', minimum: 1, maximum: 4 }, 'sensor'],
  ['filter', { entity_id: TEMPERATURE, filter: 'lowpass' }, 'sensor'],
];

await describeBehaviour('helpers', (bench) => {
  const write = (args: object) => bench().ok('ha_config_set_helper', { BestPracticeKey: bench().key, ...args });
  const refused = (args: object, code: string) =>
    bench().fails('ha_config_set_helper', { BestPracticeKey: bench().key, ...args }, code);
  const list = (helper_type: string, more: object = {}) =>
    bench().ok('ha_config_list_helpers', { helper_type, ...more });
  const remove = (target: string, more: object = {}) =>
    bench().ok('ha_remove_helpers_integrations', { target, confirm: true, ...more });
  const state = (entityId: string) => bench().rest(`/states/${entityId}`);

  it.each(STORED)('%s %j is made, listed and removed', async (helper_type, settings, shown) => {
    const made = await write({ helper_type, name: `Behaviour ${helper_type}`, ...settings });
    const { entity_id, data } = made;
    expect(made).toMatchObject({ success: true, action: 'create', helper_type, message: expect.any(String) });
    expect(entity_id.split('.')[0]).toBe(helper_type);
    expect(await state(entity_id)).toMatchObject(shown);
    const { helpers } = await list(helper_type);
    expect(helpers).toContainEqual(
      expect.objectContaining({ id: data.id, entity_id, name: `Behaviour ${helper_type}` }),
    );
    const gone = await remove(data.id, { helper_type });
    expect(gone).toMatchObject({
      ...{ action: 'delete', target: data.id, helper_type, method: 'websocket_delete' },
      ...{ entity_ids: [entity_id], require_restart: false },
    });
    await expect(state(entity_id)).rejects.toThrow('404');
  });

  it.each(BY_DIALOGUE)('%s %j is made by its dialogue, listed and removed', async (helper_type, config, domain) => {
    const name = `Behaviour ${helper_type}`;
    const made = await write({ helper_type, name, config });
    const { entry_id } = made;
    expect(made).toMatchObject({
      ...{ success: true, action: 'create', helper_type, method: 'config_flow', title: name },
      ...{ entity_ids: [made.entity_id], data: { entry_id, title: name } },
    });
    expect(made.entity_id.split('.')[0]).toBe(domain);
    expect((await state(made.entity_id)).attributes.friendly_name).toContain(name);
    expect((await list(helper_type)).helpers).toContainEqual(expect.objectContaining({ entry_id, name }));
    expect(await remove(made.entity_id)).toMatchObject({ method: 'config_flow_delete', entry_id, helper_type });
    await expect(state(made.entity_id)).rejects.toThrow('404');
  });

  it('is changed by helper_id, whichever way that names it', async () => {
    const { data } = await write({ helper_type: 'input_number', name: 'Behaviour span', min_value: 0, max_value: 10 });
    const changed = await write({ helper_type: 'input_number', helper_id: data.id, max_value: 20 });
    expect(changed).toMatchObject({ action: 'update', data: { id: data.id, min: 0, max: 20 } });
    const entity_id = changed.entity_id;
    await write({ helper_type: 'input_number', helper_id: entity_id, name: 'Behaviour width', icon: 'mdi:ruler' });
    const { attributes } = await state(entity_id);
    expect(attributes).toMatchObject({ max: 20, friendly_name: 'Behaviour width', icon: 'mdi:ruler' });
    await remove(entity_id);
  });

  it('of a dialogue is changed by entry, entity or helper id, and keeps the rest', async () => {
    const config = { template_type: 'sensor', state: '{{ 1 }}', unit_of_measurement: 'W' };
    const { entry_id, entity_id } = await write({ helper_type: 'template', name: 'Behaviour changing', config });
    for (const [n, name] of [{ helper_id: entry_id }, { entry_id }, { helper_id: entity_id }].entries()) {
      const changed = await write({ helper_type: 'template', ...name, config: { state: `{{ ${n + 2} }}` } });
      expect(changed).toMatchObject({ action: 'update', updated: true, entry_id });
      expect(await state(entity_id)).toMatchObject({ state: String(n + 2), attributes: { unit_of_measurement: 'W' } });
    }
    await remove(entry_id);
  });

  it('takes everything inside config', async () => {
    const config = { name: 'Behaviour inside', options: ['a', 'b'], icon: 'mdi:bed' };
    const { entity_id } = await write({ helper_type: 'input_select', config: JSON.stringify(config) });
    expect((await state(entity_id)).attributes).toMatchObject({ options: ['a', 'b'], icon: 'mdi:bed' });
    await remove(entity_id, { helper_type: 'input_select' });
  });

  it('is put into area, labels and category as it is made', async () => {
    const { label_id } = await bench().ok('ha_config_set_label', { name: 'Behaviour helper label' });
    const { area_id } = await bench().ok('ha_set_area_or_floor', { kind: 'area', name: 'Behaviour helper area' });
    const sort = { name: 'Behaviour helpers', scope: 'helpers' };
    const { category_id: category } = await bench().ok('ha_config_set_category', sort);
    const filing = { area_id, labels: label_id, category };
    const { entity_id } = await write({ helper_type: 'counter', name: 'Behaviour filed', ...filing });
    expect(await bench().ws({ type: 'config/entity_registry/get', entity_id })).toMatchObject({
      ...{ area_id, labels: [label_id], categories: { helpers: category } },
    });
    const made = await write({
      helper_type: 'tod',
      name: 'Behaviour filed too',
      area_id,
      labels: [label_id],
      config: { after_time: '08:00:00', before_time: '10:00:00' },
    });
    expect(made).toMatchObject({ area_id, labels: [label_id], applied: [{ entity_id: made.entity_id, area_id }] });
    for (const one of [entity_id, made.entity_id]) await remove(one);
    await bench().ok('ha_config_remove_category', { scope: 'helpers', category_id: category });
    await bench().ok('ha_config_remove_label', { label_id });
    await bench().ok('ha_remove_area_or_floor', { kind: 'area', id: area_id });
  });

  describe('is refused', () => {
    it.each([
      ['without a name', { helper_type: 'input_boolean' }, 'VALIDATION_INVALID_PARAMETER'],
      [
        'with min above max',
        { helper_type: 'input_number', name: 'x', min_value: 9, max_value: 1 },
        'VALIDATION_INVALID_PARAMETER',
      ],
      ['without options', { helper_type: 'input_select', name: 'x', options: [] }, 'VALIDATION_INVALID_PARAMETER'],
      [
        'without date and time',
        { helper_type: 'input_datetime', name: 'x', has_date: false, has_time: false },
        'VALIDATION_INVALID_PARAMETER',
      ],
      ['as a zone that is nowhere', { helper_type: 'zone', name: 'x' }, 'VALIDATION_INVALID_PARAMETER'],
      [
        'with what it does not have',
        { helper_type: 'input_boolean', name: 'x', min_value: 2 },
        'VALIDATION_INVALID_PARAMETER',
      ],
      ['in an unknown area', { helper_type: 'counter', name: 'x', area_id: 'nowhere' }, 'VALIDATION_INVALID_PARAMETER'],
      ['with an unknown label', { helper_type: 'counter', name: 'x', labels: 'nope' }, 'VALIDATION_INVALID_PARAMETER'],
      [
        'as an update of nothing',
        { helper_type: 'counter', name: 'x', action: 'update' },
        'VALIDATION_INVALID_PARAMETER',
      ],
      ['of an unknown type', { helper_type: 'nope', name: 'x' }, 'VALIDATION_FAILED'],
      ['with an unknown argument', { helper_type: 'counter', name: 'x', nope: 1 }, 'VALIDATION_FAILED'],
      [
        'with times that run backwards',
        { helper_type: 'schedule', name: 'x', monday: [{ from: '09:00', to: '08:00' }] },
        'VALIDATION_FAILED',
      ],
      [
        'without a choice of its menu',
        { helper_type: 'template', name: 'x', config: { state: '{{ 1 }}' } },
        'CONFIG_MISSING_REQUIRED_FIELDS',
      ],
      [
        'with a choice its menu has not',
        { helper_type: 'template', name: 'x', config: { template_type: 'nope', state: '{{ 1 }}' } },
        'CONFIG_MISSING_REQUIRED_FIELDS',
      ],
      [
        'with a template that is none',
        { helper_type: 'template', name: 'x', config: { template_type: 'sensor', state: '{{ 1 +' } },
        'VALIDATION_INVALID_PARAMETER',
      ],
      ['without what its form asks', { helper_type: 'min_max', name: 'x', config: {} }, 'VALIDATION_INVALID_PARAMETER'],
    ])('%s', async (_title, args, code) => {
      const { error } = await refused(args, code);
      expect(error.suggestion).toEqual(expect.any(String));
    });

    it('with the form that would take it', async () => {
      const body = await refused(
        { helper_type: 'min_max', name: 'x', config: { type: 'nope' } },
        'VALIDATION_INVALID_PARAMETER',
      );
      expect(body).toMatchObject({
        step_id: 'user',
        data_schema: expect.arrayContaining([expect.objectContaining({ name: 'type' })]),
      });
      const menu = await refused({ helper_type: 'group', name: 'x', config: {} }, 'CONFIG_MISSING_REQUIRED_FIELDS');
      expect(menu.menu_options).toContain('light');
    });

    it('under a name that is taken, with the id of what has it', async () => {
      const { data, entity_id } = await write({ helper_type: 'counter', name: 'Behaviour taken' });
      const body = await refused(
        { helper_type: 'counter', name: 'Behaviour taken', step: 2 },
        'VALIDATION_INVALID_PARAMETER',
      );
      expect(body.existing_helper_id).toBe(data.id);
      await refused({ helper_type: 'counter', helper_id: 'nope', name: 'x' }, 'ENTITY_NOT_FOUND');
      await refused(
        { helper_type: 'counter', helper_id: data.id, action: 'create', name: 'x' },
        'VALIDATION_INVALID_PARAMETER',
      );
      await remove(entity_id);
    });
  });

  it('are listed by pages, and all kinds at once', async () => {
    const made = [];
    for (const n of [1, 2, 3]) made.push(await write({ helper_type: 'input_button', name: `Behaviour page ${n}` }));
    const first = await list('input_button', { limit: '2' });
    expect(first).toMatchObject({
      success: true,
      helper_type: 'input_button',
      count: 2,
      limit: 2,
      offset: 0,
      has_more: true,
      next_offset: 2,
    });
    const second = await list('input_button', { limit: 2, offset: first.next_offset });
    expect(second).toMatchObject({ count: first.total_count - 2, has_more: false, next_offset: null });
    const all = await list('all');
    expect(all.helpers.map((row: { entity_id: string }) => row.entity_id)).toEqual(
      expect.arrayContaining(made.map(({ entity_id }) => entity_id)),
    );
    for (const { entity_id } of made) await remove(entity_id);
    await bench().fails('ha_config_list_helpers', { helper_type: 'nope' }, 'VALIDATION_FAILED');
    await bench().fails('ha_config_list_helpers', { helper_type: 'timer', limit: 0 }, 'VALIDATION_FAILED');
  });

  it('are removed with confirm alone, and only when they are there', async () => {
    const { entity_id } = await write({ helper_type: 'timer', name: 'Behaviour kept' });
    const fails = (args: object, code: string) => bench().fails('ha_remove_helpers_integrations', args, code);
    await fails({ target: entity_id }, 'VALIDATION_INVALID_PARAMETER');
    await fails({ target: entity_id, confirm: 'false' }, 'VALIDATION_INVALID_PARAMETER');
    expect((await state(entity_id)).state).toBe('idle');
    await remove(entity_id, { confirm: 'true' });
    await fails({ target: entity_id, confirm: true }, 'ENTITY_NOT_FOUND');
    await fails({ target: 'behaviour_nope', helper_type: 'timer', confirm: true }, 'ENTITY_NOT_FOUND');
    await fails({ target: '01JNOTHING', confirm: true }, 'RESOURCE_NOT_FOUND');
    await fails({ confirm: true }, 'VALIDATION_FAILED');
  });
});
