import { expect, it } from 'vitest';
import { describeBehaviour } from './harness.ts';

const ids = (rows: { entity_id: string }[]) => rows.map(({ entity_id }) => entity_id);

await describeBehaviour('finding things', (bench) => {
  it('ha_search finds entities by a part of their name, with all keys people read', async () => {
    const body = await bench().ok('ha_search', { query: 'kitchen' });
    expect(ids(body.entities)).toContain('light.kitchen_lights');
    expect(body.entities[0]).toEqual({
      entity_id: 'media_player.kitchen',
      friendly_name: 'Kitchen',
      domain: 'media_player',
      state: expect.any(String),
      score: 100,
      match_type: 'exact_match',
    });
    expect(body).toMatchObject({
      success: true,
      query: 'kitchen',
      search_type: 'exact_match',
      count: body.entities.length,
      entity_total_matches: body.entities.length,
      ...{ automations: [], scripts: [], scenes: [], helpers: [], config_total_matches: 0 },
      ...{ partial: false, errors: [], warnings: [], offset: 0, limit: 10 },
      ...{ has_more: false, next_offset: null, entity_has_more: false, entity_next_offset: null },
    });
  });

  it('ha_search lists a domain, a state, an area, and both names of a typo', async () => {
    const lights = await bench().ok('ha_search', { domain_filter: 'light', limit: '3' });
    expect(lights).toMatchObject({ search_type: 'domain_listing', domain_filter: 'light', count: 3, has_more: true });
    expect(lights.entities[0]).toMatchObject({ match_type: 'domain_listing' });
    const rest = await bench().ok('ha_search', { domain_filter: 'light', limit: 3, offset: lights.next_offset });
    expect(ids(rest.entities).filter((id) => ids(lights.entities).includes(id))).toEqual([]);
    const on = await bench().ok('ha_search', { state_filter: 'on', domain_filter: 'light' });
    expect(on.entities.every(({ state }: { state: string }) => state === 'on')).toBe(true);
    const typo = await bench().ok('ha_search', { query: 'kitchn', exact_match: 'false' });
    expect(ids(typo.entities)).toContain('light.kitchen_lights');
    expect(typo.entities[0].match_type).toBe('typo_fallback');
    const none = await bench().ok('ha_search', { area_filter: 'no_such_area' });
    expect(none).toMatchObject({ search_type: 'area_only', count: 0, entities: [], message: expect.any(String) });
  });

  it('ha_search finds by area, floor and the names of both', async () => {
    const { floor_id } = await bench().ws({ type: 'config/floor_registry/create', name: 'Search loft', level: 9 });
    const { area_id } = await bench().ws({ type: 'config/area_registry/create', name: 'Search den', floor_id });
    const { device_id } = await bench().ws({ type: 'config/entity_registry/get', entity_id: 'light.bed_light' });
    const place = (area: string | null) =>
      bench().ws({ type: 'config/device_registry/update', device_id, area_id: area });
    await place(area_id);
    try {
      for (const area_filter of ['search_den', 'Search den', 'search_loft', 'Search loft']) {
        const body = await bench().ok('ha_search', { area_filter });
        expect(ids(body.entities), area_filter).toEqual(['light.bed_light']);
        expect(body.area_names).toEqual(['Search den']);
      }
      const rich = await bench().ok('ha_search', { query: 'bed light', result_fields: ['entity_id', 'area', 'floor'] });
      expect(rich.entities).toEqual([{ entity_id: 'light.bed_light', area: 'Search den', floor: 'Search loft' }]);
      const overview = await bench().ok('ha_get_overview', { detail_level: 'standard', fields: 'area_analysis' });
      expect(overview.area_analysis[area_id]).toMatchObject({ name: 'Search den', count: 1 });
    } finally {
      await place(null);
      await bench().ws({ type: 'config/area_registry/delete', area_id });
      await bench().ws({ type: 'config/floor_registry/delete', floor_id });
    }
  });

  it('ha_search finds what an automation does, and shows it on request', async () => {
    const id = 'behaviour_search_1';
    const actions = [{ action: 'light.turn_on', target: { entity_id: 'light.ceiling_lights' } }];
    const config = { alias: 'Behaviour dusk', triggers: [{ trigger: 'sun', event: 'sunset' }], actions };
    await bench().rest(`/config/automation/config/${id}`, { method: 'POST', body: config });
    try {
      await expect
        .poll(async () => ids((await bench().ok('ha_search', { query: 'behaviour dusk' })).automations))
        .toEqual(['automation.behaviour_dusk']);
      const inside = await bench().ok('ha_search', {
        query: 'ceiling_lights',
        search_types: '["automation", "script"]',
        include_config: true,
      });
      expect(inside.entities).toEqual([]);
      expect(inside.automations).toMatchObject([
        { entity_id: 'automation.behaviour_dusk', match_in_config: true, config: { alias: 'Behaviour dusk' } },
      ]);
      expect(inside).toMatchObject({ search_types: ['automation', 'script'], config_total_matches: 1 });
    } finally {
      await bench().rest(`/config/automation/config/${id}`, { method: 'DELETE' });
    }
  });

  it('ha_search refuses nothing to search for, unknown types and fields, and keeps to the fields asked for', async () => {
    for (const args of [{}, { query: '' }, { query: '  ' }])
      expect(await bench().fails('ha_search', args, 'VALIDATION_FAILED')).toMatchObject({ parameter: 'query' });
    const wrong = { search_types: ['frobnicate'], query: 'x' };
    expect(await bench().fails('ha_search', wrong, 'VALIDATION_FAILED')).toMatchObject({ parameter: 'search_types' });
    await bench().fails('ha_search', { query: 'bed', result_fields: ['frobnicate'] }, 'VALIDATION_FAILED');
    await bench().fails('ha_search', { query: 'bed', limit: 0 }, 'VALIDATION_FAILED');
    await bench().fails('ha_search', { query: 'bed', offset: -1 }, 'VALIDATION_FAILED');
    const short = await bench().ok('ha_search', { query: 'bed', fields: 'entities' });
    expect(short).toHaveProperty('entities');
    expect(short).not.toHaveProperty('automations');
    const typo = await bench().ok('ha_search', { query: 'bed', fields: ['frobnicate'] });
    expect(typo.warnings.join()).toContain('frobnicate');
  });

  it('ha_get_overview counts what there is and says which home it is', async () => {
    const body = await bench().ok('ha_get_overview');
    const [config, states] = await Promise.all([bench().rest('/config'), bench().rest('/states')]);
    expect(body.system_summary).toMatchObject({ version: config.version, total_entities: states.length });
    expect(body.system_summary.total_services).toBeGreaterThan(50);
    expect(body.system_info).toMatchObject({ time_zone: config.time_zone, location_name: 'Test home' });
    expect(body.domain_stats.light).toMatchObject({
      count: states.filter(({ entity_id }: { entity_id: string }) => entity_id.startsWith('light.')).length,
      states_summary: expect.any(Object),
    });
    expect(body.ai_insights.controllable_devices).toContain('light');
    expect(body.notification_count).toBe(body.notifications.length);
    expect(body.repair_count).toBe(body.repairs.length);
    expect(body).not.toHaveProperty('pagination');
    expect(body).not.toHaveProperty('service_availability');
  });

  it('ha_get_overview tells more by level, filters domains, pages and projects', async () => {
    const full = await bench().ok('ha_get_overview', { detail_level: 'full', domains: '["light", "switch"]' });
    expect(Object.keys(full.domain_stats).sort()).toEqual(['light', 'switch']);
    expect(full.domain_stats.light.entities[0]).toEqual({
      entity_id: expect.stringMatching(/^light\./),
      friendly_name: expect.any(String),
      state: expect.any(String),
    });
    expect(full.service_availability.light.services).toContain('turn_on');
    expect(full.pagination).toMatchObject({ offset: 0, has_more: false, next_offset: null });
    const page = await bench().ok('ha_get_overview', { detail_level: 'standard', limit: '2', fields: 'pagination' });
    expect(page.pagination).toMatchObject({ limit: 2, entities_returned: 2, has_more: true, next_offset: 2 });
    expect(page).not.toHaveProperty('domain_stats');
    const typo = await bench().ok('ha_get_overview', { fields: ['repairs', 'frobnicate'] });
    expect(typo).toMatchObject({
      repairs: expect.any(Array),
      warnings: [expect.stringMatching(/frobnicate.*system_info/)],
    });
    expect(await bench().ok('ha_get_overview', { fields: 'pagination' })).not.toHaveProperty('warnings');
    await bench().fails('ha_get_overview', { detail_level: 'huge' }, 'VALIDATION_FAILED');
  });

  it('ha_get_state reads one record as the home has it, in the time of the home', async () => {
    const body = await bench().ok('ha_get_state', { entity_id: 'light.ceiling_lights' });
    const own = await bench().rest('/states/light.ceiling_lights');
    expect(body.data).toMatchObject({ state: own.state, attributes: own.attributes, entity_id: own.entity_id });
    expect(Date.parse(body.data.last_changed)).toBeCloseTo(Date.parse(own.last_changed), -1);
    expect(body.metadata).toMatchObject({ home_assistant_timezone: 'Europe/Amsterdam', note: expect.any(String) });
    expect(body).not.toHaveProperty('success');
  });

  it('ha_get_state reads lists, each id once, and says what is not there', async () => {
    const both = await bench().ok('ha_get_state', { entity_id: '["sun.sun", "light.bed_light", "sun.sun"]' });
    expect(both.data).toMatchObject({ success: true, count: 2 });
    expect(Object.keys(both.data.states)).toEqual(['sun.sun', 'light.bed_light']);
    expect(both.data).not.toHaveProperty('errors');
    const partly = await bench().ok('ha_get_state', {
      entity_id: ['sun.sun', 'light.bed_lightt', 'light.bed_lighttt'],
    });
    expect(partly.data).toMatchObject({
      ...{ success: true, count: 1, partial: true, error_count: 2 },
      errors: [{ entity_id: 'light.bed_lightt', error: { code: 'ENTITY_NOT_FOUND' } }, {}],
    });
    expect(new Set(partly.data.suggestions).size).toBe(partly.data.suggestions.length);
    const none = await bench().ok('ha_get_state', { entity_id: ['light.no_1', 'light.no_2'] });
    expect(none.data).toMatchObject({ success: false, count: 0, error_count: 2 });
  });

  it('ha_get_state keeps the fields and attributes asked for, and says when that leaves nothing', async () => {
    const args = { entity_id: 'light.bed_light', fields: 'state,attributes', attribute_keys: 'friendly_name' };
    const { data } = await bench().ok('ha_get_state', args);
    expect(data).toEqual({ state: expect.any(String), attributes: { friendly_name: 'Bed Light' } });
    const ignored = await bench().ok('ha_get_state', { ...args, fields: ['state'] });
    expect(ignored).toMatchObject({ warnings: [expect.stringContaining('attribute_keys')] });
    const typo = await bench().ok('ha_get_state', { ...args, attribute_keys: ['frobnicate'] });
    expect(typo).toMatchObject({ data: { attributes: {} }, warnings: [expect.stringContaining('frobnicate')] });
    expect((await bench().ok('ha_get_state', { ...args, fields: 'state,frob' })).warnings.join()).toContain('frob');
  });

  it('ha_get_state refuses unknown, empty and too many ids', async () => {
    const unknown = await bench().fails('ha_get_state', { entity_id: 'light.bed_lightt' }, 'ENTITY_NOT_FOUND');
    expect(unknown).toMatchObject({ entity_id: 'light.bed_lightt' });
    expect(unknown.error.suggestion).toContain('light.bed_light');
    expect(await bench().ok('ha_get_state', { entity_id: 'Sun.Sun' })).toMatchObject({
      data: { entity_id: 'sun.sun' },
    });
    await bench().fails('ha_get_state', { entity_id: '["sun.sun"' }, 'VALIDATION_FAILED');
    await bench().fails('ha_get_state', { entity_id: '' }, 'RESOURCE_NOT_FOUND');
    await bench().fails('ha_get_state', { entity_id: [] }, 'VALIDATION_FAILED');
    const many = Array.from({ length: 101 }, (_, at) => `light.l${at}`);
    await bench().fails('ha_get_state', { entity_id: many }, 'VALIDATION_FAILED');
    await bench().fails('ha_get_state', {}, 'VALIDATION_FAILED');
    await bench().fails('ha_get_state', { entity_id: { a: 1 } }, 'VALIDATION_FAILED');
  });

  it('ha_get_entity shows registry entries by id, list and unique_id', async () => {
    const body = await bench().ok('ha_get_entity', { entity_id: 'light.bed_light' });
    const own = await bench().ws({ type: 'config/entity_registry/get', entity_id: 'light.bed_light' });
    expect(body).toMatchObject({
      success: true,
      entity_id: 'light.bed_light',
      entity_entry: {
        ...{ entity_id: 'light.bed_light', unique_id: own.unique_id, platform: 'demo', device_id: own.device_id },
        ...{ name: null, area_id: null, enabled: true, hidden: false, disabled_by: null, hidden_by: null },
        ...{ labels: [], aliases: [], categories: {}, icon: null, device_class: null },
      },
    });
    const list = await bench().ok('ha_get_entity', { entity_id: ['light.bed_light', 'light.nowhere'] });
    expect(list).toMatchObject({ count: 1, entity_entries: [{ entity_id: 'light.bed_light' }] });
    expect(list.errors).toMatchObject([{ entity_id: 'light.nowhere', error: expect.any(String) }]);
    expect(await bench().ok('ha_get_entity', { entity_id: [] })).toMatchObject({ count: 0, entity_entries: [] });
    const found = await bench().ok('ha_get_entity', { unique_id: own.unique_id, domain: 'light', platform: 'demo' });
    expect(found).toMatchObject({ unique_id: own.unique_id, matches: 1, entity_entries: [{ platform: 'demo' }] });
    const missing = await bench().fails('ha_get_entity', { entity_id: 'light.nowhere' }, 'SERVICE_CALL_FAILED');
    expect(missing.error.message).toContain('Entity not found');
  });
});
