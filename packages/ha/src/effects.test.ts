import { describe, expect, test } from 'vitest';
import { actionEffect } from './effects.ts';
import { entryOf, stateOf, viewOf } from './testing/view-of.ts';

const run = (action: string, entityId?: string) => ({
  action,
  ...(entityId ? { target: { entity_id: entityId } } : {}),
});

const SCRIPTS: Readonly<Record<string, unknown>> = {
  'script.lights': { sequence: [run('light.turn_on', 'light.lamp')] },
  'script.unlocks': { sequence: [run('light.turn_on', 'light.lamp'), run('lock.unlock', 'lock.front')] },
  'script.opens_garage': { sequence: [run('cover.open_cover', 'cover.garage')] },
  'script.opens_area': { sequence: [{ action: 'cover.open_cover', target: { area_id: 'drive' } }] },
  'script.opens_any': { sequence: [run('cover.open_cover', '{{ which }}')] },
  'script.dims_any': { sequence: [run('light.turn_on', '{{ which }}')] },
  'script.anything': { sequence: [{ action: '{{ what }}' }] },
  'script.outer': { sequence: [run('script.turn_on', 'script.unlocks')] },
  'script.by_service': { sequence: [{ action: 'script.stored_key' }] },
  'script.circle': { sequence: [run('script.circle'), run('light.turn_on', 'light.lamp')] },
  'script.shell': { sequence: [{ action: 'shell_command.rm' }] },
  'script.restarts': { sequence: [{ action: 'homeassistant.restart' }] },
  'script.device': { sequence: [{ device_id: 'd', domain: 'cover', type: 'open', entity_id: 'f'.repeat(32) }] },
  'script.phone': { sequence: [{ device_id: 'd', domain: 'mobile_app', type: 'notify', message: 'x' }] },
  'script.radio': { sequence: [{ device_id: 'd', domain: 'zha', type: 'squawk' }] },
  'script.event': { sequence: [{ event: 'x' }] },
  'script.blueprint': { use_blueprint: { path: 'a/b.yaml', input: { which: 'lock.front' } } },
  'automation.evening': { actions: [run('light.turn_on', 'light.lamp')] },
  'automation.old': { action: [run('lock.unlock', 'lock.front')] },
};
for (let depth = 0; depth < 9; depth++) {
  Object.assign(SCRIPTS, {
    [`script.deep_${depth}`]: { sequence: [run('script.turn_on', `script.deep_${depth + 1}`)] },
  });
}

const view = viewOf({
  states: [
    ...['light.lamp', 'switch.pump', 'lock.front', 'valve.main', 'siren.roof', 'alarm_control_panel.house'].map((id) =>
      stateOf(id),
    ),
    stateOf('cover.blind', { device_class: 'blind' }),
    stateOf('cover.plain'),
    ...['garage', 'door', 'gate'].map((kind) => stateOf(`cover.${kind}`, { device_class: kind })),
    stateOf('cover.group', { entity_id: ['cover.blind', 'cover.garage'] }),
    stateOf('cover.blinds', { entity_id: ['cover.blind'] }),
    stateOf('light.group', { entity_id: ['light.lamp'] }),
    stateOf('group.evening', { entity_id: ['light.lamp', 'lock.front'] }),
    stateOf('scene.cosy', { entity_id: ['light.lamp', 'cover.blind'] }),
    stateOf('scene.leave', { entity_id: ['light.lamp', 'lock.front'] }),
    stateOf('scene.hue'),
    stateOf('scene.unknown'),
    ...Object.keys(SCRIPTS).map((id) => stateOf(id)),
  ],
  entities: [
    entryOf('scene.hue', { config_entry_id: 'bridge' }),
    entryOf('light.hue', { config_entry_id: 'bridge' }),
    entryOf('cover.garage', { id: 'f'.repeat(32) }),
    entryOf('script.unlocks', { platform: 'script', unique_id: 'stored_key' }),
  ],
  answer(command) {
    if (command.type === 'extract_from_target') return { referenced_entities: ['cover.hidden_from_view'] };
    if (command.type === 'blueprint/substitute') return { substituted_config: SCRIPTS['script.unlocks'] };
    const config = SCRIPTS[String(command['entity_id'])];
    return config && { config };
  },
});

describe('the effect of one action on expanded entities', () => {
  test.each([
    ['light.turn_on', ['light.lamp'], 'control'],
    ['light.turn_on', ['light.group'], 'control'],
    ['switch.toggle', ['switch.pump'], 'control'],
    ['notify.mobile_app_phone', [], 'control'],
    ['input_number.set_value', ['input_number.x'], 'control'],
    // What the area holds besides lights is not reached by light.turn_on.
    ['light.turn_on', ['light.lamp', 'lock.front'], 'control'],
    ['cover.open_cover', ['cover.blind'], 'control'],
    ['cover.open_cover', ['cover.plain'], 'control'],
    ['cover.open_cover', ['cover.garage'], 'secure'],
    ['cover.set_cover_position', ['cover.door'], 'secure'],
    ['cover.toggle', ['cover.blind', 'cover.gate'], 'secure'],
    ['cover.open_cover', ['cover.group'], 'secure'],
    ['cover.open_cover', ['cover.blinds'], 'control'],
    ['cover.open_cover', ['cover.not_there'], 'secure'],
    ['lock.lock', ['lock.front'], 'secure'],
    ['lock.unlock', [], 'secure'],
    ['LOCK.Unlock', ['lock.front'], 'secure'],
    ['alarm_control_panel.alarm_disarm', ['alarm_control_panel.house'], 'secure'],
    ['valve.open_valve', ['valve.main'], 'secure'],
    ['siren.turn_on', ['siren.roof'], 'secure'],
    ['homeassistant.turn_on', ['light.lamp'], 'control'],
    ['homeassistant.turn_on', ['lock.front'], 'secure'],
    ['homeassistant.toggle', ['cover.garage'], 'secure'],
    ['homeassistant.turn_off', ['group.evening'], 'secure'],
    ['homeassistant.turn_on', ['script.unlocks'], 'secure'],
    ['homeassistant.update_entity', ['lock.front'], 'control'],
    ['conversation.process', [], 'secure'],
    ['weather.get_forecasts', ['weather.home'], 'read'],
    ['automation.reload', [], 'configure'],
    ['homeassistant.reload_all', [], 'configure'],
    ['group.set', [], 'configure'],
    ['update.skip', ['update.core'], 'configure'],
    ['homeassistant.restart', [], 'system'],
    ['homeassistant.stop', [], 'system'],
    ['hassio.host_reboot', [], 'system'],
    ['update.install', ['update.core'], 'system'],
    ['backup.create', [], 'system'],
    ['recorder.purge', [], 'system'],
    ['shell_command.reload', [], 'system'],
    ['python_script.x', [], 'system'],
    ['rest_command.x', [], 'system'],
    ['mqtt.publish', [], 'system'],
    ['somebody.invented_this', [], 'system'],
    ['nonsense', [], 'system'],
  ] as const)('%s on %j is %s', async (action, entityIds, effect) => {
    expect(await actionEffect(action, entityIds, view)).toBe(effect);
  });
});

describe('running a script, automation or scene', () => {
  test.each([
    ['script.turn_on', 'script.lights', 'control'],
    ['script.turn_on', 'script.unlocks', 'secure'],
    ['script.turn_off', 'script.unlocks', 'control'],
    ['script.turn_on', 'script.opens_garage', 'secure'],
    ['script.turn_on', 'script.opens_any', 'secure'],
    ['script.turn_on', 'script.dims_any', 'control'],
    ['script.turn_on', 'script.anything', 'secure'],
    ['script.turn_on', 'script.outer', 'secure'],
    ['script.turn_on', 'script.by_service', 'secure'],
    ['script.turn_on', 'script.circle', 'control'],
    ['script.turn_on', 'script.shell', 'system'],
    ['script.turn_on', 'script.restarts', 'system'],
    ['script.turn_on', 'script.device', 'secure'],
    ['script.turn_on', 'script.phone', 'control'],
    ['script.turn_on', 'script.radio', 'system'],
    ['script.turn_on', 'script.event', 'control'],
    ['script.turn_on', 'script.blueprint', 'secure'],
    ['script.turn_on', 'script.not_there', 'secure'],
    ['script.turn_on', 'script.deep_6', 'secure'],
    ['automation.trigger', 'automation.evening', 'control'],
    ['automation.trigger', 'automation.old', 'secure'],
    ['automation.turn_on', 'automation.old', 'secure'],
    ['automation.turn_off', 'automation.old', 'control'],
    ['scene.turn_on', 'scene.cosy', 'control'],
    ['scene.turn_on', 'scene.leave', 'secure'],
    ['scene.turn_on', 'scene.hue', 'control'],
    ['scene.turn_on', 'scene.unknown', 'secure'],
  ] as const)('%s of %s is %s', async (action, entityId, effect) => {
    expect(await actionEffect(action, [entityId], view)).toBe(effect);
  });

  test.each([
    ['script.lights', 'control'],
    ['script.unlocks', 'secure'],
    // A script keeps its service when its entity is renamed.
    ['script.stored_key', 'secure'],
  ] as const)('the service %s is judged like the script behind it: %s', async (action, effect) => {
    expect(await actionEffect(action, [], view)).toBe(effect);
  });

  test('a garage door that entity rules hide counts nevertheless', async () => {
    expect(await actionEffect('script.turn_on', ['script.opens_area'], view)).toBe('secure');
  });

  test.each([
    [{ entities: { 'light.lamp': 'on' } }, 'control'],
    [{ entities: { 'light.lamp': 'on', 'lock.front': 'unlocked' } }, 'secure'],
    [{ entities: '{{ x }}' }, 'secure'],
    [undefined, 'secure'],
  ] as const)('scene.apply with %j is %s', async (data, effect) => {
    expect(await actionEffect('scene.apply', [], view, data)).toBe(effect);
  });
});
