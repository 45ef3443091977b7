import { expect, it } from 'vitest';
import { describeBehaviour } from './harness.ts';

await describeBehaviour('looking at a home', (bench) => {
  it('ha_get_device lists devices, and shows one by its id or by an entity', async () => {
    const list = await bench().ok('ha_get_device', { integration: 'demo', limit: '2', detail_level: 'full' });
    expect(list).toMatchObject({
      ...{ success: true, offset: 0, limit: 2, count: 2, has_more: true, next_offset: 2, detail_level: 'full' },
      ...{ integration_filter: 'demo', total_devices: expect.any(Number) },
    });
    expect(list.devices[0].entities[0]).toMatchObject({ entity_id: expect.any(String), platform: 'demo' });
    const one = await bench().ok('ha_get_device', { entity_id: 'light.bed_light' });
    expect(one).toMatchObject({
      ...{ queried_by: 'entity_id', queried_entity_id: 'light.bed_light', entity_count: one.entities.length },
      device: { name: 'Bed Light', integration_type: 'demo', identifiers: [['demo', 'light_1']], labels: [] },
    });
    const same = await bench().ok('ha_get_device', { device_id: one.device.device_id });
    expect(same).toMatchObject({ device: one.device, queried_by: 'device_id' });
    const missing = await bench().fails('ha_get_device', { device_id: 'nope' }, 'RESOURCE_NOT_FOUND');
    expect(missing.available_device_ids.length).toBeGreaterThan(0);
    await bench().fails('ha_get_device', { entity_id: 'light.nowhere' }, 'ENTITY_NOT_FOUND');
    const none = await bench().fails('ha_get_device', { entity_id: 'sun.sun' }, 'ENTITY_NOT_FOUND');
    expect(none.error.message).toContain('belongs to no device');
    for (const args of [{ limit: 0 }, { limit: 201 }, { detail_level: 'huge' }])
      await bench().fails('ha_get_device', args, 'VALIDATION_FAILED');
  });

  it('ha_list_floors_areas puts areas under their floors', async () => {
    const { floor_id } = await bench().ws({ type: 'config/floor_registry/create', name: 'Behaviour floor', level: -3 });
    const { area_id } = await bench().ws({ type: 'config/area_registry/create', name: 'Behaviour room', floor_id });
    try {
      const body = await bench().ok('ha_list_floors_areas');
      const floors = await bench().ws({ type: 'config/floor_registry/list' });
      const areas = await bench().ws({ type: 'config/area_registry/list' });
      expect(body).toMatchObject({ floor_count: floors.length, area_count: areas.length, orphaned_areas: [] });
      expect(body.floors[0]).toMatchObject({ floor_id, name: 'Behaviour floor', level: -3, areas: [{ area_id }] });
      expect(body.unassigned_count).toBe(body.unassigned_areas.length);
      const short = await bench().ok('ha_list_floors_areas', { fields: 'floors', area_fields: '["name"]' });
      expect(short.floors[0].areas).toEqual([{ name: 'Behaviour room' }]);
      expect(short).not.toHaveProperty('unassigned_areas');
    } finally {
      await bench().ws({ type: 'config/area_registry/delete', area_id });
      await bench().ws({ type: 'config/floor_registry/delete', floor_id });
    }
  });

  it('ha_get_automation_traces shows the runs of an automation, one of them in detail, and why there are none', async () => {
    const id = 'behaviour_traced_1';
    const config = {
      alias: 'Behaviour traced',
      triggers: [{ trigger: 'event', event_type: 'behaviour_traced' }],
      conditions: [{ condition: 'state', entity_id: 'sun.sun', state: ['above_horizon', 'below_horizon'] }],
      actions: [{ action: 'light.turn_on', target: { entity_id: 'light.ceiling_lights' } }],
    };
    await bench().rest(`/config/automation/config/${id}`, { method: 'POST', body: config });
    const automation_id = 'automation.behaviour_traced';
    try {
      await expect
        .poll(async () => (await bench().call('ha_get_state', { entity_id: automation_id })).isError)
        .toBe(false);
      const before = await bench().ok('ha_get_automation_traces', { automation_id });
      expect(before).toMatchObject({
        ...{ automation_id, trace_count: 0, total_available: 0, traces: [] },
        diagnostics: { automation_exists: true, automation_enabled: true, trace_storage_enabled: true },
      });
      for (const _ of [1, 2]) {
        await bench().ok('ha_call_service', { domain: 'automation', service: 'trigger', entity_id: automation_id });
      }
      const runs = await bench().ok('ha_get_automation_traces', { automation_id, limit: '1' });
      expect(runs).toMatchObject({ trace_count: 1, total_available: 2, offset: 0, order: 'newest', has_more: true });
      const [{ run_id }] = runs.traces;
      expect(runs.traces[0]).toMatchObject({ timestamp: { start: expect.any(String) }, state: 'stopped', run_id });
      const oldest = await bench().ok('ha_get_automation_traces', { automation_id, order: 'oldest', limit: 1 });
      expect(oldest.traces[0].run_id).not.toBe(run_id);
      const run = await bench().ok('ha_get_automation_traces', { automation_id, run_id });
      expect(run).toMatchObject({
        success: true,
        run_id,
        automation_id,
        state: 'stopped',
        config_summary: expect.any(Object),
      });
      expect(run.action_trace[0]).toMatchObject({ path: 'action/0', timestamp: expect.any(String) });
      expect(run).not.toHaveProperty('logbook_entries');
      const part = await bench().ok('ha_get_automation_traces', { automation_id, run_id, sections: 'action_trace' });
      expect(part).toHaveProperty('action_trace');
      expect(part).not.toHaveProperty('config_summary');
      expect(await bench().ok('ha_get_automation_traces', { automation_id, run_id, detailed: 'true' })).toHaveProperty(
        'context',
      );
      const gone = await bench().call('ha_get_automation_traces', { automation_id, run_id: '0' });
      expect(gone).toMatchObject({ isError: true, body: { success: false, error: { code: expect.any(String) } } });
    } finally {
      await bench().rest(`/config/automation/config/${id}`, { method: 'DELETE' });
    }
    const unknown = await bench().ok('ha_get_automation_traces', { automation_id: 'automation.nowhere' });
    expect(unknown).toMatchObject({ trace_count: 0, diagnostics: { automation_exists: false } });
    await bench().fails(
      'ha_get_automation_traces',
      { automation_id: 'light.bed_light' },
      'VALIDATION_INVALID_PARAMETER',
    );
    for (const more of [{ limit: 0 }, { limit: 51 }, { order: 'up' }])
      await bench().fails('ha_get_automation_traces', { automation_id, ...more }, 'VALIDATION_FAILED');
  });

  it('ha_get_history gives past states by entity, in pages, newest or oldest first', async () => {
    const entity_id = 'light.office_rgbw_lights';
    for (const service of ['turn_off', 'turn_on', 'turn_off', 'turn_on'])
      await bench().ok('ha_call_service', { domain: 'light', service, entity_id });
    const read = (args: object = {}) => bench().ok('ha_get_history', { entity_ids: entity_id, ...args });
    await expect
      .poll(async () => (await read()).data.entities[0].total_count, { timeout: 5_000 })
      .toBeGreaterThanOrEqual(4);
    const { data, metadata } = await read({ start_time: '1h', limit: '2' });
    expect(data).toMatchObject({
      ...{ success: true, source: 'history', period: { start: expect.any(String), end: expect.any(String) } },
      query_params: { minimal_response: true, significant_changes_only: true, limit: 2, offset: 0, order: 'desc' },
      entities: [
        {
          entity_id,
          count: 2,
          limit: 2,
          offset: 0,
          has_more: true,
          next_offset: 2,
          period: { start: expect.any(String), end: expect.any(String) },
        },
      ],
    });
    expect(data.entities[0].states[0]).toEqual({
      state: 'on',
      last_changed: expect.any(String),
      last_updated: expect.any(String),
    });
    expect(metadata.home_assistant_timezone).toBe('Europe/Amsterdam');
    const next = (await read({ start_time: '1h', limit: 2, offset: 2 })).data.entities[0];
    expect(next.states[0].last_changed < data.entities[0].states[1].last_changed).toBe(true);
    const asc = (await read({ order: 'asc', minimal_response: 'false' })).data.entities[0].states;
    expect(asc.at(-1)).toMatchObject({ state: 'on', attributes: { friendly_name: 'Office RGBW Lights' } });
    const two = await read({ entity_ids: `["${entity_id}", "light.nowhere"]`, fields: 'entities' });
    expect(two.data.entities.map((one: { entity_id: string }) => one.entity_id)).toEqual([entity_id, 'light.nowhere']);
    expect(two.data.warnings.join()).toContain('light.nowhere');
    expect((await read({ entity_ids: 'light.nowhere' })).data.entities).toMatchObject([{ total_count: 0, states: [] }]);
  });

  it('ha_get_history gives statistics, and refuses times, periods and pages that are none', async () => {
    const args = { entity_ids: 'sensor.outside_temperature', source: 'statistics', period: '5minute' };
    const { data } = await bench().ok('ha_get_history', { ...args, statistic_types: 'mean,max' });
    expect(data).toMatchObject({
      ...{ success: true, source: 'statistics', period_type: '5minute', statistic_types: ['mean', 'max'] },
      ...{
        time_range: { start: expect.any(String), end: expect.any(String) },
        entities: [{ statistics: expect.any(Array), unit_of_measurement: '°C' }],
      },
    });
    const refused = (more: object, code = 'VALIDATION_INVALID_PARAMETER') =>
      bench().fails('ha_get_history', { ...args, ...more }, code);
    expect((await refused({ period: 'fortnight' })).valid_periods).toEqual(
      expect.arrayContaining(['5minute', 'hour', 'day', 'week', 'month']),
    );
    await refused({ start_time: 'frobnicate' });
    await refused({ statistic_types: 'frobnicate' });
    await refused({ statistic_types: [] });
    const long = await bench().ok('ha_get_history', { entity_ids: 'sun.sun', start_time: '30m', limit: 1 });
    expect(long.data.warnings).toEqual([expect.stringContaining('30 months')]);
    await refused({ entity_ids: ['a.b', 'c.d'], offset: 1 });
    await refused({ entity_ids: [] }, 'VALIDATION_MISSING_PARAMETER');
    await refused({ limit: 1001 }, 'VALIDATION_FAILED');
    await refused({ source: 'memory' }, 'VALIDATION_FAILED');
  });

  it('ha_get_logs tells what happened, newest first', async () => {
    const entity_id = 'switch.ac';
    await bench().ok('ha_call_service', { domain: 'switch', service: 'toggle', entity_id });
    await bench().ok('ha_call_service', { domain: 'switch', service: 'toggle', entity_id });
    const read = (args: object = {}) => bench().ok('ha_get_logs', { entity_id, ...args });
    await expect.poll(async () => (await read()).data.total_entries, { timeout: 5_000 }).toBeGreaterThanOrEqual(2);
    const { data, metadata } = await read({ limit: 1 });
    expect(data).toMatchObject({
      ...{
        success: true,
        source: 'logbook',
        entity_filter: entity_id,
        returned_entries: 1,
        limit: 1,
        offset: 0,
        order: 'newest',
      },
      ...{
        has_more: true,
        pagination_hint: expect.any(String),
        start_time: expect.any(String),
        end_time: expect.any(String),
      },
      entries: [{ entity_id, when: expect.any(String), name: 'AC', state: expect.any(String), domain: 'switch' }],
    });
    expect(metadata).toHaveProperty('home_assistant_timezone');
    const second = await read({ limit: 1, offset: '1' });
    expect(second.data.entries[0].when < data.entries[0].when).toBe(true);
    const nothing = await bench().ok('ha_get_logs', { entity_id: 'switch.acc' });
    expect(nothing.data).toMatchObject({
      total_entries: 0,
      entries: [],
      warnings: [expect.stringContaining('switch.ac')],
    });
    const found = await bench().ok('ha_get_logs', { search: 'ac', hours_back: '2', order: 'oldest' });
    expect(found.data.filters_applied).toMatchObject({ search: 'ac' });
  });

  it('ha_get_logs reads the other logs, and refuses what it cannot read', async () => {
    await bench().ok('ha_call_service', {
      ...{ domain: 'system_log', service: 'write' },
      data: { message: 'behaviour log line', level: 'error', logger: 'behaviour.test' },
    });
    const system = () => bench().ok('ha_get_logs', { source: 'system', level: 'error', search: 'behaviour log line' });
    await expect.poll(async () => (await system()).entries.length).toBe(1);
    expect(await system()).toMatchObject({
      ...{
        success: true,
        source: 'system',
        total_entries: 1,
        returned_entries: 1,
        filters_applied: { level: 'ERROR' },
      },
      entries: [
        {
          name: 'behaviour.test',
          message: ['behaviour log line'],
          level: 'ERROR',
          count: 1,
          timestamp: expect.any(Number),
        },
      ],
    });
    const text = await bench().ok('ha_get_logs', { source: 'error_log', search: 'behaviour log line' });
    expect(text).toMatchObject({
      source: 'error_log',
      log: expect.stringContaining('behaviour log line'),
      total_lines: 1,
    });
    const summary = await bench().ok('ha_get_logs', { source: 'error_log', structured: 'true', top_n: 1 });
    expect(summary).toMatchObject({ structured: true, summary: expect.any(Object), by_component: expect.any(Object) });
    expect(summary.top_issues).toHaveLength(1);
    const loggers = await bench().ok('ha_get_logs', { source: 'logger', search: 'demo' });
    expect(loggers.loggers).toEqual([{ domain: 'demo', level: 'WARNING', level_raw: 30 }]);
    const wrong = [
      { limit: 0 },
      { source: 'system', level: 'loud' },
      { source: 'supervisor' },
      { source: 'system_service' },
    ];
    for (const args of wrong) await bench().fails('ha_get_logs', args, 'VALIDATION_INVALID_PARAMETER');
    for (const args of [{ source: 'diary' }, { hours_back: 0 }])
      await bench().fails('ha_get_logs', args, 'VALIDATION_FAILED');
  });

  it('ha_get_system_health gathers health and the parts asked for', async () => {
    const body = await bench().ok('ha_get_system_health');
    expect(body).toMatchObject({
      success: true,
      message: expect.any(String),
      health_info: { data: { homeassistant: { info: expect.any(Object) } } },
    });
    expect(body.component_count).toBe(Object.keys(body.health_info.data).length);
    const more = await bench().ok('ha_get_system_health', {
      include: 'repairs, config_check,themes,dead_entities,zha_network,diagnostics',
    });
    expect(more.config_check).toMatchObject({ result: 'valid', is_valid: true, errors: expect.any(Array) });
    expect(more.dead_entities).toMatchObject({
      config_entry_orphans: { items: expect.any(Array), count: expect.any(Number) },
      summary: expect.anything(),
    });
    expect(more.diagnostics.error).toContain('config_entry_id');
    for (const key of ['repairs', 'themes', 'zha_network']) expect(more).toHaveProperty(key);
  });

  it('ha_get_camera_image is a picture', async () => {
    const { rpc } = await import('../ask-hub.ts');
    const ask = async (args: object) =>
      (await rpc(bench().url, 'tools/call', { name: 'ha_get_camera_image', arguments: args })).result as {
        isError?: boolean;
        content: { type: string; mimeType?: string; data?: string; text?: string }[];
      };
    const { content } = await ask({ entity_id: 'camera.demo_camera' });
    expect(content[0]).toMatchObject({ type: 'image', mimeType: 'image/jpeg' });
    expect(Buffer.from(content[0]?.data ?? '', 'base64').length).toBeGreaterThan(1_000);
    const small = await ask({ entity_id: 'camera.demo_camera', width: '100', height: 80 });
    expect((small.content[0]?.data ?? '').length).toBeLessThan((content[0]?.data ?? '').length);
    for (const entity_id of ['camera.nowhere', 'light.bed_light', ''])
      expect((await ask({ entity_id })).isError).toBe(true);
  });

  it('ha_get_todo lists lists and their items', async () => {
    const flow = await bench().rest('/config/config_entries/flow', { method: 'POST', body: { handler: 'local_todo' } });
    const made = await bench().rest(`/config/config_entries/flow/${flow.flow_id}`, {
      method: 'POST',
      body: { todo_list_name: 'Behaviour list' },
    });
    const entity_id = 'todo.behaviour_list';
    try {
      const add = (item: string) =>
        bench().ok('ha_call_service', { domain: 'todo', service: 'add_item', entity_id, data: { item } });
      await add('Milk');
      await add('Bread');
      await bench().ok('ha_call_service', {
        domain: 'todo',
        service: 'update_item',
        entity_id,
        data: { item: 'Bread', status: 'completed' },
      });
      const lists = await bench().ok('ha_get_todo');
      expect(lists.count).toBe(lists.todo_lists.length);
      expect(lists.todo_lists).toContainEqual(
        expect.objectContaining({ entity_id, friendly_name: 'Behaviour list', state: '1' }),
      );
      const all = await bench().ok('ha_get_todo', { entity_id });
      expect(all).toMatchObject({ entity_id, status_filter: null, count: 2, message: expect.any(String) });
      expect(all.items).toContainEqual(
        expect.objectContaining({ summary: 'Milk', status: 'needs_action', uid: expect.any(String) }),
      );
      const done = await bench().ok('ha_get_todo', { entity_id, status: 'completed' });
      expect(done).toMatchObject({ status_filter: 'completed', count: 1, items: [{ summary: 'Bread' }] });
    } finally {
      await bench().rest(`/config/config_entries/entry/${made.result.entry_id}`, { method: 'DELETE' });
    }
    await bench().fails('ha_get_todo', { entity_id: 'light.bed_light' }, 'VALIDATION_INVALID_PARAMETER');
    await bench().fails('ha_get_todo', { entity_id: 'todo.nowhere' }, 'SERVICE_CALL_FAILED');
    await bench().fails('ha_get_todo', { status: 'lost' }, 'VALIDATION_FAILED');
  });

  it('ha_config_get_calendar_events lists the events of a time', async () => {
    const flow = await bench().rest('/config/config_entries/flow', {
      method: 'POST',
      body: { handler: 'local_calendar' },
    });
    const form = { calendar_name: 'Behaviour days', import: 'create_empty' };
    const made = await bench().rest(`/config/config_entries/flow/${flow.flow_id}`, { method: 'POST', body: form });
    const entity_id = 'calendar.behaviour_days';
    try {
      for (const day of ['10', '12'])
        await bench().ok('ha_call_service', {
          ...{ domain: 'calendar', service: 'create_event', entity_id },
          data: {
            summary: `Day ${day}`,
            start_date_time: `2027-03-${day} 10:00:00`,
            end_date_time: `2027-03-${day} 11:00:00`,
            location: 'Here',
          },
        });
      const time = { start: '2027-03-01', end: '2027-04-01T00:00:00' };
      const body = await bench().ok('ha_config_get_calendar_events', { entity_id, ...time, max_results: '1' });
      expect(body).toMatchObject({
        ...{
          success: true,
          entity_id,
          count: 1,
          total_available: 2,
          time_range: { start: expect.any(String), end: expect.any(String) },
        },
        events: [
          {
            summary: 'Day 10',
            location: 'Here',
            uid: expect.any(String),
            start: { dateTime: expect.stringContaining('2027-03-10T10:00:00') },
          },
        ],
      });
      expect(await bench().ok('ha_config_get_calendar_events', { entity_id })).toMatchObject({ count: 0, events: [] });
    } finally {
      await bench().rest(`/config/config_entries/entry/${made.result.entry_id}`, { method: 'DELETE' });
    }
    await bench().fails(
      'ha_config_get_calendar_events',
      { entity_id: 'light.bed_light' },
      'VALIDATION_INVALID_PARAMETER',
    );
    await bench().fails('ha_config_get_calendar_events', { entity_id: 'calendar.nowhere' }, 'VALIDATION_FAILED');
  });
});
