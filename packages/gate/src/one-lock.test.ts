import { sharedRealHome } from '@hub/real-home/describe-real.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConnectorAccess } from './connector-access.ts';
import { type OpenGate, openGate } from './testing/open-gate.ts';

const LOCK = 'lock.front_door';
const GARAGE = 'cover.garage_door';
const UNLOCK = { action: 'lock.unlock', target: { entity_id: LOCK } };

type Route = readonly [title: string, tool: string, args: Readonly<Record<string, unknown>>];

const service = (action: string, rest: Readonly<Record<string, unknown>> = {}) => {
  const [domain, name] = action.split('.');
  return { domain, service: name, ...rest };
};

/** Ways to one lock and one garage door that stand in every home. */
const ROUTES: readonly Route[] = [
  ['the service', 'ha_call_service', service('lock.unlock', { entity_id: LOCK })],
  ['the service in capitals', 'ha_call_service', { domain: 'LOCK', service: 'UNLOCK', entity_id: LOCK }],
  ['the service on its area', 'ha_call_service', service('lock.unlock', { data: { area_id: 'one_lock_area' } })],
  ['the service on its floor', 'ha_call_service', service('lock.unlock', { data: { floor_id: 'one_lock_floor' } })],
  ['the service on its label', 'ha_call_service', service('lock.unlock', { data: { label_id: 'one_lock_label' } })],
  ['the service on a target', 'ha_call_service', service('lock.open', { data: { target: { entity_id: [LOCK] } } })],
  ['the service on all', 'ha_call_service', service('lock.unlock', { entity_id: 'all' })],
  ['the service on a template', 'ha_call_service', service('lock.unlock', { entity_id: "{{ 'lock.front_door' }}" })],
  ['covers by area', 'ha_call_service', service('cover.open_cover', { data: { area_id: 'one_lock_area' } })],
  ['covers by floor', 'ha_call_service', service('cover.toggle', { data: { floor_id: ['one_lock_floor'] } })],
  ['covers by label', 'ha_call_service', service('cover.open_cover', { data: { label_id: 'one_lock_label' } })],
  ['all covers', 'ha_call_service', service('cover.open_cover', { entity_id: 'all' })],
  ['the garage by position', 'ha_call_service', service('cover.set_cover_position', { entity_id: GARAGE })],
  ['homeassistant.turn_on', 'ha_call_service', service('homeassistant.turn_on', { entity_id: GARAGE })],
  ['homeassistant.turn_off', 'ha_call_service', service('homeassistant.turn_off', { entity_id: LOCK })],
  [
    'homeassistant.toggle in a list',
    'ha_call_service',
    service('homeassistant.toggle', { entity_id: `sun.sun, ${GARAGE}` }),
  ],
  ['a group', 'ha_call_service', service('homeassistant.turn_on', { entity_id: 'group.one_lock_group' })],
  ['a scene', 'ha_call_service', service('scene.turn_on', { entity_id: 'scene.one_lock_scene' })],
  ['scene.apply', 'ha_call_service', service('scene.apply', { data: { entities: { [LOCK]: 'unlocked' } } })],
  [
    'scene.create',
    'ha_call_service',
    service('scene.create', { data: { scene_id: 'x', entities: { [LOCK]: 'unlocked' } } }),
  ],
  ['a script', 'ha_call_service', service('script.turn_on', { entity_id: 'script.one_lock_script' })],
  ['the service of a script', 'ha_call_service', service('script.one_lock_script')],
  [
    'a script toggled in general',
    'ha_call_service',
    service('homeassistant.toggle', { entity_id: 'script.one_lock_script' }),
  ],
  ['triggering an automation', 'ha_call_service', service('automation.trigger', { entity_id: 'automation.one_lock' })],
  [
    'switching an automation on',
    'ha_call_service',
    service('automation.turn_on', { entity_id: 'automation.one_lock' }),
  ],
  [
    'a helper an automation waits for',
    'ha_call_service',
    service('input_boolean.turn_on', { entity_id: 'input_boolean.one_lock' }),
  ],
  [
    'a tracker set home',
    'ha_call_service',
    service('device_tracker.see', { data: { dev_id: 'me', location_name: 'home' } }),
  ],
  ['an event an automation waits for', 'ha_call_event', { event_type: 'one_lock_event' }],
  ['bulk control', 'ha_bulk_control', { operations: [{ entity_id: LOCK, action: 'unlock' }] }],
  [
    'bulk control, the second row',
    'ha_bulk_control',
    {
      operations: [
        { entity_id: 'sun.sun', action: 'on' },
        { entity_id: GARAGE, action: 'open' },
      ],
    },
  ],
  [
    'bulk parameters',
    'ha_bulk_control',
    {
      operations: [
        { entity_id: 'cover.kitchen_window', action: 'open', parameters: { entity_id: GARAGE } },
        { entity_id: LOCK, action: 'open' },
      ],
    },
  ],
  [
    'spoken to the home',
    'ha_call_service',
    service('conversation.process', { data: { text: 'unlock the front door' } }),
  ],
  [
    'spoken to a speaker',
    'ha_call_service',
    service('media_player.play_media', {
      entity_id: 'media_player.kitchen',
      data: { media_content_type: 'custom', media_content_id: 'unlock the door' },
    }),
  ],
  [
    'a raw service call',
    'ha_call_service',
    { ws_command: 'call_service', data: { domain: 'lock', service: 'unlock' } },
  ],
  ['a raw script', 'ha_call_service', { ws_command: 'execute_script', data: { sequence: [UNLOCK] } }],
  ['a raw conversation', 'ha_call_service', { ws_command: 'conversation/process', data: { text: 'unlock' } }],
  ['a raw event', 'ha_call_service', { ws_command: 'fire_event', data: { event_type: 'one_lock_event' } }],
  ['a raw command that looks like a read', 'ha_call_service', { ws_command: 'zwave_js/node_info', data: {} }],
  ['a script of its own', 'ha_config_set_script', { script_id: 'mine', config: { sequence: [UNLOCK] } }],
  [
    'an automation of its own',
    'ha_config_set_automation',
    { config: { alias: 'Mine', triggers: [], actions: [UNLOCK] } },
  ],
  [
    'a scene of its own',
    'ha_config_set_scene',
    { scene_id: 'mine', config: { name: 'Mine', entities: { [LOCK]: 'unlocked' } } },
  ],
  ['a group of its own', 'ha_config_set_group', { object_id: 'mine', entities: [LOCK] }],
  [
    'a template lock of its own',
    'ha_config_set_helper',
    { helper_type: 'template', name: 'Mine', config: { next_step_id: 'lock' } },
  ],
  ['a shell command', 'ha_call_service', service('shell_command.open_up')],
  ['mqtt', 'ha_call_service', service('mqtt.publish', { data: { topic: 'lock/set', payload: 'UNLOCK' } })],
  ['python', 'ha_call_service', service('python_script.open_up')],
];

/** What the demo homes have no entity for. */
const SIMULATED_ROUTES: readonly Route[] = [
  ['a to-do an automation waits for', 'ha_set_todo_item', { entity_id: 'todo.shopping_list', summary: 'Open up' }],
  ['a button of its device', 'ha_call_service', service('button.press', { entity_id: 'button.front_door_unlatch' })],
  [
    'a select of its device',
    'ha_call_service',
    service('select.select_option', { entity_id: 'select.front_door_mode', data: { option: 'open' } }),
  ],
  [
    'a relay of its device',
    'ha_call_service',
    service('homeassistant.turn_on', { entity_id: 'switch.front_door_relay' }),
  ],
  ['a button by its device', 'ha_bulk_control', { operations: [{ entity_id: 'switch.garage_relay', action: 'on' }] }],
  ['the switch behind a lock', 'ha_call_service', service('switch.turn_on', { entity_id: 'switch.strike' })],
  [
    'a light over the switch of its device',
    'ha_call_service',
    service('light.turn_on', { entity_id: 'light.front_door_relay' }),
  ],
];

interface Place {
  readonly open: OpenGate;
  readonly owner: ConnectorAccess;
  readonly guest: ConnectorAccess;
}

const ask = (place: Place, by: ConnectorAccess, tool: string, args: unknown) => place.open.call(by, tool, args);

async function must(place: Place, tool: string, args: unknown): Promise<Readonly<Record<string, unknown>>> {
  const { isError, text, body } = await ask(place, place.owner, tool, args);
  if (isError) throw new Error(`${tool}: ${text}`);
  return body;
}

/** What the owner has built around the lock. */
async function furnish(place: Place): Promise<void> {
  await must(place, 'ha_set_area_or_floor', { kind: 'floor', name: 'One lock floor' });
  await must(place, 'ha_set_area_or_floor', { kind: 'area', name: 'One lock area', floor_id: 'one_lock_floor' });
  await must(place, 'ha_config_set_label', { name: 'One lock label' });
  const { text } = await ask(place, place.owner, 'ha_get_entity', { entity_id: GARAGE });
  await must(place, 'ha_set_device', {
    device_id: /"device_id":"(\w+)"/.exec(text)?.[1],
    area_id: 'one_lock_area',
    labels: ['one_lock_label'],
  });
  // The real home's demo lock is in no registry, so that no area can hold it.
  await ask(place, place.owner, 'ha_set_entity', {
    entity_id: LOCK,
    area_id: 'one_lock_area',
    labels: ['one_lock_label'],
  });
  if (place.open.homes.length === 0)
    await must(place, 'ha_config_set_group', { object_id: 'one_lock_group', entities: [LOCK, 'sun.sun'] });
  await must(place, 'ha_config_set_script', {
    script_id: 'one_lock_script',
    config: { alias: 'One lock script', sequence: [UNLOCK] },
  });
  await must(place, 'ha_config_set_scene', {
    scene_id: 'one_lock_scene',
    config: { name: 'One lock scene', entities: { [LOCK]: { state: 'unlocked' } } },
  });
  await must(place, 'ha_config_set_helper', { helper_type: 'input_boolean', name: 'One lock' });
  const triggers = [
    { trigger: 'event', event_type: 'one_lock_event' },
    { trigger: 'state', entity_id: ['input_boolean.one_lock', 'todo.shopping_list'] },
  ];
  await must(place, 'ha_config_set_automation', {
    config: {
      alias: 'One lock',
      triggers,
      conditions: [{ condition: 'state', entity_id: 'sun.sun', state: 'nowhere' }],
      actions: [UNLOCK],
    },
  });
}

async function clear(place: Place): Promise<void> {
  const { open, owner } = place;
  const automation = await open.call(owner, 'ha_config_get_automation', { identifier: 'automation.one_lock' });
  if (!automation.isError) await open.call(owner, 'ha_config_remove_automation', { identifier: 'automation.one_lock' });
  await open.call(owner, 'ha_config_remove_script', { script_id: 'one_lock_script' });
  await open.call(owner, 'ha_config_remove_scene', { scene_id: 'one_lock_scene' });
  await open.call(owner, 'ha_config_remove_group', { object_id: 'one_lock_group' });
  await open.call(owner, 'ha_remove_helpers_integrations', {
    target: 'input_boolean.one_lock',
    helper_type: 'input_boolean',
    confirm: true,
  });
  await open.call(owner, 'ha_remove_area_or_floor', { kind: 'area', id: 'one_lock_area' });
  await open.call(owner, 'ha_remove_area_or_floor', { kind: 'floor', id: 'one_lock_floor' });
  await open.call(owner, 'ha_config_remove_label', { label_id: 'one_lock_label' });
}

async function doors(place: Place): Promise<readonly string[]> {
  const { body } = await ask(place, place.owner, 'ha_get_state', { entity_id: [LOCK, GARAGE] });
  return [
    ...JSON.stringify(body).matchAll(/"state":"(locked|unlocked|locking|unlocking|open|opening|closed|closing)"/g),
  ].map(([, state]) => String(state));
}

/** Refused for its effect, or as something that no call may ever send. */
const CODES = ['EFFECT_NOT_ALLOWED', 'VALIDATION_FAILED'];

function refusesAll(
  title: string,
  routes: readonly Route[],
  enter: () => Promise<OpenGate>,
  prepare?: (open: OpenGate) => void,
) {
  describe(title, () => {
    let place: Place;
    let before: readonly string[];
    beforeAll(async () => {
      const open = await enter();
      const owner = await open.connector({ ceiling: 'destroy', settings: { strict: false } });
      place = { open, owner, guest: await open.connector({ ceiling: 'control' }) };
      prepare?.(open);
      await clear(place);
      await furnish(place);
      before = await doors(place);
    }, 120_000);
    afterAll(async () => {
      await clear(place);
      await place.open[Symbol.asyncDispose]();
    });

    test('the lock and the garage door can be seen', () => expect(before).toHaveLength(2));

    test.each(routes)('%s', async (_title, tool, args) => {
      const { isError, body } = await ask(place, place.guest, tool, args);
      expect(isError).toBe(true);
      expect(CODES).toContain((body['error'] as { code: string }).code);
      if ('effect' in body) expect(body).toMatchObject({ ceiling: 'control', error: { code: 'EFFECT_NOT_ALLOWED' } });
      expect(await doors(place)).toEqual(before);
    });

    test.each([
      ['a lamp', service('light.turn_on', { entity_id: 'light.kitchen_lights' })],
      [
        'a helper no automation waits for',
        service('input_boolean.turn_on', { entity_id: 'input_boolean.one_lock_free' }),
      ],
    ])('%s is not held back', async (_title, args) => {
      const { body } = await ask(place, place.guest, 'ha_call_service', args);
      expect((body['error'] as { code: string } | undefined)?.code ?? 'none').not.toBe('EFFECT_NOT_ALLOWED');
    });
  });
}

const looseEntity = (id: string, attributes = {}) => ({
  ...{ id, platform: 'test', uniqueId: id, name: id, state: 'off' },
  attributes,
});

refusesAll('ways to one lock, simulated', [...ROUTES, ...SIMULATED_ROUTES], openGate, ({ homes: [home] }) => {
  home?.addEntity(looseEntity('group.one_lock_group', { entity_id: [LOCK, 'sun.sun'] }));
  for (const id of ['button.front_door_unlatch', 'select.front_door_mode', 'switch.front_door_relay'])
    home?.addEntity(looseEntity(id), { deviceOf: LOCK });
  home?.addEntity(looseEntity('switch.garage_relay'), { deviceOf: GARAGE });
  home?.addEntity(looseEntity('switch.strike'));
  home?.addEntity(looseEntity('lock.strike'), { options: { switch_as_x: { entity_id: 'switch.strike' } } });
  const source = { switch_as_x: { entity_id: 'switch.front_door_relay' } };
  home?.addEntity(looseEntity('light.front_door_relay'), { options: source });
});

const real = await sharedRealHome();
if (real) refusesAll('ways to one lock, real', ROUTES, () => openGate({ homeCount: 0, others: [real] }));
else describe.skip('ways to one lock, real', () => test('needs a real Home Assistant', () => undefined));

test('a program and the proxies of a short list reach no further than the calls inside', async () => {
  await using open = await openGate();
  const unlock = { name: 'ha_call_service', arguments: service('lock.unlock', { entity_id: LOCK }) };
  const guest = await open.connector({ ceiling: 'control', settings: { toolSearch: 'on' } });
  const ask = (name: string, args: unknown) => open.call(guest, name, args);
  const twice = { name: 'ha_call_write_tool', arguments: unlock };
  const refused = { effect: 'secure', ceiling: 'control', error: { code: 'EFFECT_NOT_ALLOWED' } };
  for (const call of [unlock, twice]) expect((await ask('ha_call_write_tool', call)).body).toMatchObject(refused);
  for (const proxy of ['ha_call_read_tool', 'ha_call_delete_tool'])
    expect((await ask(proxy, unlock)).body).toMatchObject({ error: { code: 'VALIDATION_INVALID_PARAMETER' } });
  for (const code of [
    `call_tool('ha_call_service', ${JSON.stringify(unlock.arguments)})`,
    `ha_bulk_control(operations=[{'entity_id': '${LOCK}', 'action': 'unlock'}])`,
    `call_tool('ha_call_write_tool', ${JSON.stringify(unlock)})`,
  ])
    expect((await ask('ha_manage_custom_tool', { code })).body).toMatchObject({
      error: { code: 'SANDBOX_RUNTIME_ERROR', message: expect.stringContaining('EFFECT_NOT_ALLOWED') },
    });
  expect((await ask('ha_get_state', { entity_id: LOCK })).body).toMatchObject({ data: { state: 'locked' } });
});

test('a restart, update or identify button is the whole system', async () => {
  await using open = await openGate();
  const guest = await open.connector({ ceiling: 'control' });
  const kinds = ['restart', 'update', 'identify'];
  for (const device_class of kinds) open.homes[0]?.addEntity(looseEntity(`button.${device_class}`, { device_class }));
  for (const kind of kinds) {
    const { body } = await open.call(
      guest,
      'ha_call_service',
      service('button.press', { entity_id: `button.${kind}` }),
    );
    expect(body).toMatchObject({ effect: 'system', error: { code: 'EFFECT_NOT_ALLOWED' } });
  }
});
