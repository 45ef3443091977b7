import { expect, it } from 'vitest';
import { describeBehaviour } from './harness.ts';

await describeBehaviour('controlling things', (bench) => {
  const stateOf = async (id: string) => (await bench().rest(`/states/${id}`)).state;
  const serve = (domain: string, service: string, more: object = {}) =>
    bench().ok('ha_call_service', { domain, service, ...more });

  it('ha_call_service switches a light, and the state proves it', async () => {
    const entity_id = 'light.bed_light';
    await serve('light', 'turn_off', { entity_id });
    const body = await serve('light', 'turn_on', { entity_id, data: '{"brightness": 128}' });
    expect(body).toMatchObject({
      ...{ success: true, domain: 'light', service: 'turn_on', entity_id, parameters: { brightness: 128 } },
      ...{ message: expect.any(String), verified_state: 'on' },
      result: [{ entity_id, state: 'on', attributes: { brightness: 128 } }],
    });
    expect(body.result[0]).not.toHaveProperty('context');
    expect(body.result[0].attributes).not.toHaveProperty('effect_list');
    expect(body).not.toHaveProperty('partial');
    expect(await stateOf(entity_id)).toBe('on');
    const off = await serve('light', 'toggle', { entity_id });
    expect(off.verified_state).toBe('off');
    expect(await stateOf(entity_id)).toBe('off');
  });

  it('ha_call_service shows as much of the changed states as asked for', async () => {
    const entity_id = 'light.kitchen_lights';
    await serve('light', 'turn_off', { entity_id });
    const on = await serve('light', 'turn_on', { entity_id, result_fields: 'state', result_attribute_keys: ['x'] });
    expect(on.result).toEqual([{ state: 'on' }]);
    const off = await serve('light', 'turn_off', { entity_id, verbose: 'true', wait: 'true' });
    expect(off.result[0]).toMatchObject({
      entity_id,
      context: { id: expect.any(String) },
      last_changed: expect.any(String),
    });
    await serve('light', 'turn_on', { entity_id });
  });

  it('ha_call_service tells what became of a thing that takes its time', async () => {
    const entity_id = 'valve.back_garden';
    const body = await serve('Valve', 'Toggle', { entity_id });
    expect(body.result).toMatchObject([{ entity_id, state: body.verified_state }]);
    expect(['open', 'closed']).toContain(body.verified_state);
    await serve('valve', 'toggle', { entity_id });
  });

  it('ha_call_service reaches areas and several entities, and answers with data when asked', async () => {
    const both = ['light.bed_light', 'light.ceiling_lights'];
    await serve('light', 'turn_off', { data: { entity_id: both } });
    expect(await Promise.all(both.map(stateOf))).toEqual(['off', 'off']);
    await serve('light', 'turn_on', { entity_id: both.join(',') });
    expect(await Promise.all(both.map(stateOf))).toEqual(['on', 'on']);
    const started = performance.now();
    const forecast = await serve('weather', 'get_forecasts', {
      entity_id: 'weather.demo_weather_south',
      data: { type: 'daily' },
      return_response: true,
    });
    expect(forecast.service_response['weather.demo_weather_south'].forecast.length).toBeGreaterThan(0);
    expect(forecast).not.toHaveProperty('warnings');
    expect(forecast).not.toHaveProperty('verified_state');
    expect(performance.now() - started, 'waits for no state that cannot come').toBeLessThan(1_400);
  });

  it('ha_call_service names call, field and what to do when it is refused', async () => {
    const call = { domain: 'light', service: 'turn_on', entity_id: 'light.bed_light' };
    const unknown = { ...call, service: 'explode' };
    const { domain, service, entity_id } = unknown;
    expect(await bench().fails('ha_call_service', unknown, 'VALIDATION_FAILED')).toMatchObject({
      domain,
      service,
      entity_id,
    });
    const field = await bench().fails('ha_call_service', { ...call, data: { frobnicate: 1 } }, 'VALIDATION_FAILED');
    expect(field).toMatchObject({ domain, service: 'turn_on', entity_id, error: { suggestion: expect.any(String) } });
    expect(field.error.message).toContain('frobnicate');
    await bench().fails('ha_call_service', { ...call, return_response: true }, 'VALIDATION_FAILED');
    await bench().fails('ha_call_service', { ...call, entity_id: 'light.nowhere' }, 'ENTITY_NOT_FOUND');
    await bench().fails('ha_call_service', { ...call, data: '{broken' }, 'VALIDATION_INVALID_JSON');
    for (const args of [{}, { domain: 'light' }, { service: 'turn_on' }, { domain: 'ha_mcp_tools', service: 'info' }])
      await bench().fails('ha_call_service', args, 'VALIDATION_FAILED');
  });

  it('ha_call_service sends one raw command, and refuses streams, services and what has a tool', async () => {
    const config = await bench().ok('ha_call_service', { ws_command: 'get_config' });
    expect(config).toMatchObject({ success: true, ws_command: 'get_config', result: { location_name: 'Test home' } });
    const get = { ws_command: 'config/entity_registry/get', data: '{"entity_id": "light.bed_light"}' };
    expect((await bench().ok('ha_call_service', get)).result).toMatchObject({ entity_id: 'light.bed_light' });
    const refused = [
      ...['subscribe_events', 'render_template', 'system_health/info', 'call_service', 'execute_script', '', ' '],
      ...['lovelace/config/save', 'config/entity_registry/remove', 'ha_mcp_tools/info', 'assist_pipeline/run'],
    ];
    for (const ws_command of refused)
      expect(await bench().fails('ha_call_service', { ws_command }, 'VALIDATION_FAILED'), ws_command).toMatchObject({
        parameter: 'ws_command',
      });
    for (const more of [
      { domain: 'light', service: 'turn_on' },
      { entity_id: 'light.x' },
      { verbose: true },
      { data: { id: 1 } },
    ])
      await bench().fails('ha_call_service', { ws_command: 'get_config', ...more }, 'VALIDATION_FAILED');
    const unknown = { ws_command: 'no/such_command' };
    expect(await bench().fails('ha_call_service', unknown, 'SERVICE_CALL_FAILED')).toMatchObject(unknown);
  });

  it('ha_bulk_control runs rows at once or in order, and each has an operation to ask for', async () => {
    const operations = [
      { entity_id: 'light.bed_light', action: 'off' },
      { entity_id: 'light.kitchen_lights', action: 'set', parameters: { brightness: 90 } },
    ];
    const body = await bench().ok('ha_bulk_control', { operations });
    expect(body).toMatchObject({
      ...{ total_operations: 2, successful_commands: 2, failed_commands: 0, skipped_operations: 0 },
      ...{ execution_mode: 'parallel', operation_ids: [expect.any(String), expect.any(String)] },
      results: operations.map((row) => ({ ...row, command_sent: true, operation_id: expect.any(String) })),
    });
    expect(body.results[0].service_call).toEqual({
      ...{ domain: 'light', service: 'turn_off' },
      data: { entity_id: 'light.bed_light' },
    });
    expect(body).not.toHaveProperty('success');
    expect(await stateOf('light.bed_light')).toBe('off');
    expect((await bench().rest('/states/light.kitchen_lights')).attributes.brightness).toBe(90);
    const one = await bench().ok('ha_get_operation_status', { operation_id: body.operation_ids[0] });
    expect(one).toMatchObject({ success: true, status: 'completed', entity_id: 'light.bed_light', final_state: 'off' });
    const all = await bench().ok('ha_get_operation_status', { operation_id: [...body.operation_ids, 'nope'] });
    expect(all).toMatchObject({ total_operations: 3, completed: 2, not_found: 1, failed: 0, pending: 0 });
    const json = JSON.stringify([{ entity_id: 'light.bed_light', action: 'ON' }]);
    const inOrder = await bench().ok('ha_bulk_control', { operations: json, parallel: 'false' });
    expect(inOrder).toMatchObject({ execution_mode: 'sequential', successful_commands: 1, follow_up: null });
  });

  it('ha_bulk_control takes colour temperatures by each of their names', async () => {
    for (const [parameters, kelvin] of [
      [{ kelvin: 3000 }, 3000],
      [{ color_temp: 250 }, 4000],
      [{ color_temp_kelvin: 5000 }, 5000],
    ] as const) {
      const operations = [{ entity_id: 'light.ceiling_lights', action: 'on', parameters }];
      expect(await bench().ok('ha_bulk_control', { operations })).toMatchObject({ successful_commands: 1 });
      const { attributes } = await bench().rest('/states/light.ceiling_lights');
      expect(Math.round(attributes.color_temp_kelvin / 100) * 100).toBe(kelvin);
    }
  });

  it('ha_bulk_control tells rows that failed from rows it could not read', async () => {
    const body = await bench().ok('ha_bulk_control', {
      operations: [
        { entity_id: 'light.bed_light', action: 'on' },
        { entity_id: 'light.bed_light', action: 'explode' },
        { entity_id: 'light.nowhere', action: 'on' },
        { entity_id: 'nodot', action: 'on' },
        { entity_id: 'light.bed_light', action: 'on', brightness: 3 },
        { action: 'on' },
      ],
    });
    expect(body).toMatchObject({ successful_commands: 1, failed_commands: 3, skipped_operations: 2 });
    expect(body.results.slice(1)).toMatchObject([
      { success: false, error: { code: 'SERVICE_INVALID_ACTION' }, valid_actions: ['on', 'off', 'toggle', 'set'] },
      { success: false, error: { code: 'ENTITY_NOT_FOUND' }, entity_id: 'light.nowhere' },
      { success: false, error: { code: 'ENTITY_INVALID_ID' }, entity_id: 'nodot' },
    ]);
    expect(body.skipped_details).toHaveLength(2);
    await bench().fails('ha_bulk_control', { operations: [] }, 'VALIDATION_MISSING_PARAMETER');
    await bench().fails('ha_bulk_control', { operations: [{ action: 'on' }] }, 'VALIDATION_INVALID_PARAMETER');
    await bench().fails('ha_get_operation_status', { operation_id: 'nope' }, 'RESOURCE_NOT_FOUND');
    await bench().fails('ha_get_operation_status', { operation_id: [] }, 'VALIDATION_MISSING_PARAMETER');
  });

  it('ha_call_event fires an event that the home sees, and refuses what is none', async () => {
    const id = 'behaviour_event_1';
    const config = {
      alias: 'Behaviour event',
      triggers: [{ trigger: 'event', event_type: 'behaviour_rang', event_data: { bell: 'front' } }],
      actions: [{ action: 'light.turn_off', target: { entity_id: 'light.ceiling_lights' } }],
    };
    await bench().rest(`/config/automation/config/${id}`, { method: 'POST', body: config });
    try {
      await expect
        .poll(async () => (await bench().call('ha_get_state', { entity_id: 'automation.behaviour_event' })).isError)
        .toBe(false);
      await serve('light', 'turn_on', { entity_id: 'light.ceiling_lights' });
      const body = await bench().ok('ha_call_event', { event_type: 'behaviour_rang', data: '{"bell": "front"}' });
      expect(body).toMatchObject({ success: true, event_type: 'behaviour_rang', message: expect.any(String) });
      await expect.poll(() => stateOf('light.ceiling_lights')).toBe('off');
    } finally {
      await bench().rest(`/config/automation/config/${id}`, { method: 'DELETE' });
      await serve('light', 'turn_on', { entity_id: 'light.ceiling_lights' });
    }
    for (const args of [{ event_type: '' }, { event_type: 'a/b' }, { event_type: 'x', data: [1] }, {}])
      await bench().fails('ha_call_event', args, 'VALIDATION_FAILED');
  });

  it('ha_list_services tells what there is to call, in pages and parts', async () => {
    const light = await bench().ok('ha_list_services', { domain: 'light' });
    expect(Object.keys(light.services).sort()).toEqual(['light.toggle', 'light.turn_off', 'light.turn_on']);
    expect(light).toMatchObject({
      ...{ domains: ['light'], total_count: 3, count: 3, offset: 0, limit: 50, has_more: false, next_offset: null },
      ...{ detail_level: 'summary', filters_applied: { domain: 'light', query: null } },
    });
    expect(light.services['light.turn_on']).toMatchObject({
      domain: 'light',
      service: 'turn_on',
      name: expect.any(String),
    });
    expect(light.services['light.turn_on']).not.toHaveProperty('fields');
    const full = await bench().ok('ha_list_services', { query: 'light.turn_on', detail_level: 'full' });
    expect(full.services['light.turn_on'].fields).toHaveProperty('brightness_pct');
    const page = await bench().ok('ha_list_services', {
      limit: '2',
      offset: 1,
      fields: 'services,has_more',
      service_fields: 'name',
    });
    expect(Object.values(page.services)).toEqual([{ name: expect.any(String) }, { name: expect.any(String) }]);
    expect(page).toMatchObject({ success: true, has_more: true });
    expect(page).not.toHaveProperty('domains');
    expect(await bench().ok('ha_list_services', { domain: 'nothing_here' })).toMatchObject({
      services: {},
      total_count: 0,
    });
    for (const args of [{ limit: 0 }, { limit: 201 }, { offset: -1 }, { detail_level: 'huge' }])
      await bench().fails('ha_list_services', args, 'VALIDATION_FAILED');
  });

  it('ha_eval_template renders text, numbers and lists, and tells what went wrong', async () => {
    const render = (template: string, more = {}) => bench().ok('ha_eval_template', { template, ...more });
    expect(await render('{{ 1 + 1 }}')).toMatchObject({ success: true, template: '{{ 1 + 1 }}', result: 2 });
    expect((await render('{{ [1, "a"] }}', { timeout: '5', report_errors: 'false' })).result).toEqual([1, 'a']);
    const state = await render("{{ states('light.bed_light') }}");
    expect(state).toMatchObject({ result: await stateOf('light.bed_light'), request_id: expect.any(String) });
    expect(state.listeners.entities).toEqual(['light.bed_light']);
    const broken = await bench().fails('ha_eval_template', { template: '{{ nope( }}' }, 'SERVICE_CALL_FAILED');
    expect(broken).toMatchObject({ template: '{{ nope( }}', request_id: expect.any(String) });
    expect(broken.error.message).toContain('TemplateSyntaxError');
  });
});
