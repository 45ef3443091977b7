import { sharedRealHome } from '@hub/real-home/describe-real.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConnectorAccess } from './connector-access.ts';
import { type OpenGate, openGate } from './testing/open-gate.ts';

const LAMP = 'light.hallway';
const LOCK = 'lock.front_door';

let open: OpenGate;
let owner: ConnectorAccess;
beforeAll(async () => {
  open = await openGate();
  owner = await open.connector({ ceiling: 'destroy', settings: { strict: false } });
});
afterAll(() => open[Symbol.asyncDispose]());

const codeOf = (body: Readonly<Record<string, unknown>>) => (body['error'] as { code?: string } | undefined)?.code;
const under = (visibility: Record<string, unknown>, ceiling: 'control' | 'destroy' = 'destroy') =>
  open.connector({ ceiling, settings: { visibility, strict: false } });

describe('which entities a rule hides', () => {
  test.each([
    ['deny an entity', { deny: { entities: [LAMP] } }, false],
    ['deny by letters', { deny: { entities: ['light.hall*'] } }, false],
    ['deny its area', { deny: { areas: ['hallway'] } }, false],
    ['deny its area by name', { deny: { areas: ['Hallway'] } }, false],
    ['deny its domain', { deny: { domains: ['light'] } }, false],
    ['allow another', { allow: { entities: [LOCK] } }, false],
    ['allow its area', { allow: { areas: ['hallway'] } }, true],
    ['allow no area by name', { allow: { areas: ['Hallway'] } }, false],
    ['allow its domain', { allow: { domains: ['light'] } }, true],
    ['deny wins', { allow: { domains: ['light'] }, deny: { areas: ['hallway'] } }, false],
    ['nothing about it', { deny: { labels: ['security'] } }, true],
  ])('%s', async (_title, rules, isVisible) => {
    const { isError, body } = await open.call(await under(rules), 'ha_get_state', { entity_id: LAMP });
    expect(isError).toBe(!isVisible);
    if (!isVisible) expect(codeOf(body)).toBe('ENTITY_NOT_FOUND');
  });

  test('a label hides what bears it, categories what is for maintenance', async () => {
    const labelled = await open.call(await under({ deny: { labels: ['security'] } }), 'ha_get_state', {
      entity_id: LOCK,
    });
    expect(codeOf(labelled.body)).toBe('ENTITY_NOT_FOUND');
    const tidy = await under({ excludeCategories: ['diagnostic'] });
    const battery = await open.call(tidy, 'ha_get_state', { entity_id: 'sensor.front_door_lock_battery' });
    expect(codeOf(battery.body)).toBe('ENTITY_NOT_FOUND');
  });
});

describe('with the light of the hallway and everything of safety hidden', () => {
  let connector: ConnectorAccess;
  /** Answered in any case; other tools may withhold their whole answer. */
  const ANSWERED = ['ha_search', 'ha_get_overview', 'ha_get_state', 'ha_list_floors_areas', 'ha_get_logs'];
  const HIDDEN = /light\.hallway\b|lock\.front_door|cover\.garage_door|alarm_control_panel\.home_alarm/;
  beforeAll(async () => {
    connector = await under({ deny: { entities: [LAMP], labels: ['security'] } });
    await open.call(owner, 'ha_config_set_script', {
      script_id: 'seen',
      config: { sequence: [{ action: 'light.turn_on', target: { entity_id: LAMP } }] },
    });
    open.homes[0]?.addEntity({
      ...{ id: 'group.mixed', platform: 'test', uniqueId: 'mixed', name: 'Mixed', state: 'on' },
      attributes: { entity_id: [LAMP, 'light.garden'] },
    });
  });

  test('it stops at control, whatever the ceiling beside the rules says, unless these say more', async () => {
    const call = { event_type: 'x' };
    expect(codeOf((await open.call(connector, 'ha_call_event', call)).body)).toBe('EFFECT_NOT_ALLOWED');
    const trusted = await under({ deny: { entities: [LAMP] }, ceiling: 'configure' });
    expect((await open.call(trusted, 'ha_call_event', call)).isError).toBe(false);
  });

  test.each([
    ['a state', 'ha_get_state', { entity_id: LAMP }],
    ['a state in capitals', 'ha_get_state', { entity_id: 'LIGHT.Hallway' }],
    ['one of many', 'ha_get_state', { entity_id: ['light.garden', LAMP] }],
    ['a service', 'ha_call_service', { domain: 'light', service: 'turn_on', entity_id: LAMP }],
    ['a service with data', 'ha_call_service', { domain: 'light', service: 'turn_on', data: { entity_id: [LAMP] } }],
    ['a scene applied', 'ha_call_service', { domain: 'scene', service: 'apply', data: { entities: { [LAMP]: 'on' } } }],
    ['bulk', 'ha_bulk_control', { operations: [{ entity_id: LAMP, action: 'on' }] }],
    ['history', 'ha_get_history', { entity_ids: LAMP }],
    ['a template by name', 'ha_eval_template', { template: `{{ states('${LAMP}') }}` }],
    ['a template by path', 'ha_eval_template', { template: '{{ states.light.hallway.state }}' }],
    [
      'a raw command',
      'ha_call_service',
      { ws_command: 'search/related', data: { item_type: 'entity', item_id: LAMP } },
    ],
    ['a log', 'ha_get_logs', { source: 'logbook', entity_id: LAMP }],
    ['a search', 'ha_search', { query: LAMP }],
  ])('%s that names one is not run: %s', async (_title, tool, args) => {
    const { body } = await open.call(connector, tool, args);
    expect(codeOf(body)).toBe('ENTITY_NOT_FOUND');
    expect(open.homes[0]?.stateOf(LAMP)).toBe('off');
  });

  test.each([
    ['search', 'ha_search', { query: 'hallway' }],
    ['overview', 'ha_get_overview', { detail_level: 'full' }],
    ['a group', 'ha_get_state', { entity_id: 'group.mixed' }],
    ['areas', 'ha_list_floors_areas', {}],
    ['devices', 'ha_get_device', {}],
    ['the logbook', 'ha_get_logs', { source: 'logbook' }],
    ['exposure', 'ha_get_entity_exposure', {}],
    ['raw states', 'ha_call_service', { ws_command: 'get_states' }],
    ['the raw registry', 'ha_call_service', { ws_command: 'config/entity_registry/list' }],
    [
      'raw relations',
      'ha_call_service',
      { ws_command: 'search/related', data: { item_type: 'area', item_id: 'hallway' } },
    ],
    ['groups', 'ha_config_list_groups', {}],
  ])('%s comes without them', async (_title, tool, args) => {
    const { isError, body, text } = await open.call(connector, tool, args);
    if (isError) expect(codeOf(body)).toBe('ENTITY_VISIBILITY_ENFORCED');
    expect(isError && ANSWERED.includes(tool)).toBe(false);
    expect(text).not.toMatch(HIDDEN);
  });

  test.each([
    ['a template by integration', 'ha_eval_template', { template: "{{ integration_entities('demo') | count }}" }],
    [
      'a template by a computed filter',
      'ha_eval_template',
      { template: "{{ ['hallway'] | map('area_' ~ 'entities') | list }}" },
    ],
    [
      'a template that asks for the area of a composed name',
      'ha_eval_template',
      { template: "{{ area_name('light.hall' ~ 'way') }}" },
    ],
    ['a template that does so by a filter', 'ha_eval_template', { template: "{{ ('light.hall' ~ 'way') | area_id }}" }],
    [
      'a condition by template',
      'ha_eval_template',
      { condition: { condition: 'template', value_template: "{{ is_state('light.hall' ~ 'way', 'off') }}" } },
    ],
    [
      'a condition by area',
      'ha_eval_template',
      { condition: { condition: 'light.is_off', target: { area_id: 'hallway' } } },
    ],
    [
      'a raw condition in another',
      'ha_call_service',
      { ws_command: 'test_condition', data: { condition: { not: ["{{ is_state('light.hall' ~ 'way', 'off') }}"] } } },
    ],
  ])('%s is not asked', async (_title, tool, args) => {
    const { body } = await open.call(connector, tool, args);
    expect(codeOf(body)).toBe('ENTITY_VISIBILITY_ENFORCED');
  });

  test('a device all of whose entities are hidden is in no raw list, nor is a hidden helper', async () => {
    await open.call(owner, 'ha_config_set_helper', { helper_type: 'input_boolean', name: 'Secret wish' });
    const guest = await under({ deny: { entities: ['*hallway*'], domains: ['input_boolean'] } });
    const devices = await open.call(guest, 'ha_call_service', { ws_command: 'config/device_registry/list' });
    expect(devices.isError).toBe(false);
    expect(devices.text).not.toMatch(/Hallway light/);
    for (const [tool, args] of [
      ['ha_call_service', { ws_command: 'input_boolean/list' }],
      ['ha_config_list_helpers', { helper_type: 'input_boolean' }],
      ['ha_config_list_helpers', {}],
    ] as const)
      expect((await open.call(guest, tool, args)).text).not.toMatch(/secret.wish/i);
  });

  test('such a device cannot be asked about by its id either, as triggers and logs go by it', async () => {
    const listed = await open.call(owner, 'ha_call_service', { ws_command: 'config/device_registry/list' });
    const devices = listed.body['result'] as { id: string; name: string }[];
    const idOf = (name: string) => devices.find((device) => device.name === name)?.id;
    const guest = await under({ deny: { entities: ['*hallway*'] } });
    const related = (id: string | undefined) =>
      open.call(guest, 'ha_call_service', { ws_command: 'search/related', data: { item_type: 'device', item_id: id } });
    expect((await related(idOf('Garden lights'))).isError).toBe(false);
    const { body } = await related(idOf('Hallway light'));
    expect(codeOf(body)).toBe('ENTITY_NOT_FOUND');
    expect(JSON.stringify(body)).toContain('no device');
  });

  test.each([
    ['the script that names one', 'ha_config_get_script', { script_id: 'seen' }],
    ['an automation that names one', 'ha_config_get_automation', { identifier: 'automation.lock_up_at_night' }],
    [
      'the raw automation',
      'ha_call_service',
      { ws_command: 'automation/config', data: { entity_id: 'automation.lock_up_at_night' } },
    ],
  ])('%s is withheld', async (_title, tool, args) => {
    const { body, text } = await open.call(connector, tool, args);
    expect(codeOf(body)).toBe('ENTITY_VISIBILITY_ENFORCED');
    expect(text).not.toMatch(HIDDEN);
  });

  test('an area is sent as the lamps of it that are visible', async () => {
    await open.call(owner, 'ha_call_service', {
      domain: 'light',
      service: 'turn_off',
      data: { floor_id: 'ground_floor' },
    });
    const call = { domain: 'light', service: 'turn_on', data: { floor_id: 'ground_floor' } };
    expect((await open.call(connector, 'ha_call_service', call)).isError).toBe(false);
    await expect.poll(() => open.homes[0]?.stateOf('light.living_room_ceiling')).toBe('on');
    expect(open.homes[0]?.stateOf(LAMP)).toBe('off');
    const alone = { domain: 'light', service: 'turn_on', data: { area_id: 'hallway' } };
    await open.call(connector, 'ha_call_service', alone);
    expect(open.homes[0]?.stateOf(LAMP)).toBe('off');
    const group = { domain: 'homeassistant', service: 'turn_on', entity_id: 'group.mixed' };
    await open.call(connector, 'ha_call_service', group);
    expect(open.homes[0]?.stateOf(LAMP)).toBe('off');
  });
});

const real = await sharedRealHome();
describe.runIf(real)('on a real home', () => {
  test('a template that listens beyond the view is withheld, areas reach visible lamps, logs name no hidden one', async () => {
    await using own = await openGate({ homeCount: 0, others: real ? [real] : [] });
    const rules = { deny: { entities: ['light.bed_light', 'lock.*'] } };
    const connector = await own.connector({ ceiling: 'destroy', settings: { visibility: rules } });
    const call = (tool: string, args: unknown) => own.call(connector, tool, args);
    for (const template of [
      "{{ states('light.bed_light') }}",
      "{{ states('light.bed' ~ '_light') }}",
      '{{ states.light | map(attribute="name") | list }}',
      '{{ states | count }}',
      "{{ states('light.bed' ~ '_light') | int }}",
      "{{ {}[states('light.bed' ~ '_light')].x }}",
      "{{ device_name('light.bed' ~ '_light') }}",
      "{{ expand('light.ceiling_lights', 'light.bed' ~ '_light') | map(attribute='state') | list }}",
    ]) {
      const { isError, text } = await call('ha_eval_template', { template });
      expect(isError).toBe(true);
      expect(text).not.toMatch(/Bed Light|'(on|off)'/);
    }
    const allowed = await call('ha_eval_template', {
      template: "{{ states('light.ceiling_lights') in ['on', 'off'] }}",
    });
    expect(allowed.isError).toBe(false);
    const condition = { condition: 'state', entity_id: 'light.ceiling_lights', state: ['on', 'off'] };
    expect(await call('ha_eval_template', { condition })).toMatchObject({ isError: false, body: { result: true } });
    const before = await call('ha_call_service', { domain: 'light', service: 'turn_on', entity_id: 'all' });
    expect(before.isError).toBe(false);
    for (const [tool, args] of [
      ['ha_get_overview', { detail_level: 'full' }],
      ['ha_search', { query: 'light' }],
      ['ha_get_logs', { source: 'logbook' }],
      ['ha_call_service', { ws_command: 'get_states' }],
      ['ha_call_service', { ws_command: 'config/entity_registry/list_for_display' }],
    ] as const) {
      const { text } = await call(tool, args);
      expect(text).not.toMatch(/light\.bed_light|lock\.front_door/);
    }
  }, 60_000);
});
