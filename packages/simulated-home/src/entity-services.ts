import { later, setState } from './home-model.ts';
import { domainOf, idsOf, type Json, listOf, numberOf, pick, recordOf, textOf } from './read.ts';
import { Refusal } from './refusal.ts';
import type { Outcome, Service, Services } from './service.ts';
import type { StateRecord } from './template.ts';

type Act = (record: StateRecord, data: Json) => Outcome;

/** Does `act` to each entity of the domain that the target reaches. */
function forEach(domain: string, fields: string, act: Act): Service {
  return {
    fields,
    domain,
    run({ home, data, targets, context }) {
      for (const record of targets) {
        const { state = record.state, attributes = {}, settles } = act(record, data);
        setState(home, record.entity_id, state, merged(record.attributes, attributes), context);
        if (settles === undefined) continue;
        later(home, settles.afterMs, () => {
          const now = home.states.get(record.entity_id);
          // Something else happened meanwhile, such as a stop.
          if (now?.state !== state) return;
          setState(home, record.entity_id, settles.state, merged(now.attributes, settles.attributes ?? {}), context);
        });
      }
    },
  };
}

function merged(old: Json, changes: Json): Json {
  return Object.fromEntries(Object.entries({ ...old, ...changes }).filter(([, value]) => value !== undefined));
}

const to =
  (state: string, attributes: Json = {}): Act =>
  () => ({ state, attributes });

const toggle =
  (on: Act, off: Act, isOn: (record: StateRecord) => boolean = (record) => record.state === 'on'): Act =>
  (record, data) =>
    isOn(record) ? off(record, data) : on(record, data);

/** turn_on, turn_off and toggle of a domain that knows only on and off. */
function switchable(domain: string): Services {
  return {
    [`${domain}.turn_on`]: forEach(domain, '', to('on')),
    [`${domain}.turn_off`]: forEach(domain, '', to('off')),
    [`${domain}.toggle`]: forEach(domain, '', toggle(to('on'), to('off'))),
  };
}

const lightFields =
  'transition rgb_color color_temp_kelvin brightness_pct brightness_step_pct effect rgbw_color rgbww_color color_name hs_color xy_color brightness brightness_step white profile flash';

const lightsOut: Json = {
  brightness: null,
  color_mode: null,
  color_temp_kelvin: null,
  hs_color: null,
  rgb_color: null,
  xy_color: null,
  effect: null,
};

/** Only attributes the light has are kept, so a plain bulb grows no colour. */
function known(record: StateRecord, changes: Json): Json {
  return Object.fromEntries(Object.entries(changes).filter(([key]) => key in record.attributes));
}

const lightOn: Act = (record, data) => {
  const old = numberOf(record.attributes['brightness'], 0);
  const stepped = numberOf(data['brightness_step_pct'], 0) * 2.55 + numberOf(data['brightness_step'], 0);
  const wanted = numberOf(data['brightness'], numberOf(data['brightness_pct'], -1) * 2.55);
  const brightness = Math.min(255, Math.round(wanted >= 0 ? wanted : stepped === 0 ? old || 255 : old + stepped));
  if (brightness <= 0) return lightOff(record, data);
  const modes = listOf(record.attributes['supported_color_modes']);
  const hasColor = ['hs_color', 'rgb_color', 'xy_color', 'color_name'].some((key) => data[key] !== undefined);
  const isWhite = data['color_temp_kelvin'] !== undefined || !modes.includes('hs');
  const color = hasColor ? { color_mode: 'hs', color_temp_kelvin: null } : {};
  const white = { color_mode: modes.includes('color_temp') ? 'color_temp' : modes[0], hs_color: null, rgb_color: null };
  const mode = hasColor ? color : isWhite ? white : { color_mode: record.attributes['color_mode'] ?? 'hs' };
  const given = pick(data, ['hs_color', 'rgb_color', 'xy_color', 'color_temp_kelvin', 'effect']);
  return { state: 'on', attributes: known(record, { brightness, ...mode, ...given }) };
};

const lightOff: Act = (record) => ({ state: 'off', attributes: known(record, lightsOut) });

const lights: Services = {
  'light.turn_on': forEach('light', lightFields, lightOn),
  'light.turn_off': forEach('light', 'transition flash', lightOff),
  'light.toggle': forEach('light', lightFields, toggle(lightOn, lightOff)),
};

/** Covers and valves travel for a moment; position only where the entity has one. */
function travel(position: number): Act {
  return (record) => {
    const old = numberOf(record.attributes['current_position'], record.state === 'open' ? 100 : 0);
    if (old === position) return {};
    const end = { current_position: position, is_closed: position === 0 };
    const settles = { afterMs: 800, state: position === 0 ? 'closed' : 'open', attributes: known(record, end) };
    return { state: position > old ? 'opening' : 'closing', settles };
  };
}

const stop: Act = (record) => ({ state: record.state.startsWith('clos') ? 'closed' : 'open' });
const isNotClosed = (record: StateRecord) => record.state !== 'closed';

function openable(domain: 'cover' | 'valve'): Services {
  const speed = domain === 'cover' ? 'speed' : '';
  return {
    [`${domain}.open_${domain}`]: forEach(domain, speed, travel(100)),
    [`${domain}.close_${domain}`]: forEach(domain, speed, travel(0)),
    [`${domain}.stop_${domain}`]: forEach(domain, '', stop),
    [`${domain}.toggle`]: forEach(domain, '', toggle(travel(100), travel(0), isNotClosed)),
    [`${domain}.set_${domain}_position`]: forEach(domain, `position! ${speed}`.trim(), (record, data) =>
      travel(numberOf(data['position'], 0))(record, data),
    ),
  };
}

const bolt =
  (via: string, state: string): Act =>
  () => ({ state: via, settles: { afterMs: 300, state } });

const locks: Services = {
  'lock.lock': forEach('lock', 'code', bolt('locking', 'locked')),
  'lock.unlock': forEach('lock', 'code', bolt('unlocking', 'unlocked')),
  'lock.open': forEach('lock', 'code', bolt('opening', 'open')),
};

function hvac(record: StateRecord, mode: string): Outcome {
  if (!listOf(record.attributes['hvac_modes']).includes(mode)) {
    throw new Refusal(
      'service_validation_error',
      `HVAC mode ${mode} is not valid. Valid HVAC modes are: ${idsOf(record.attributes['hvac_modes']).join(', ')}.`,
    );
  }
  return { state: mode, attributes: known(record, { hvac_action: mode === 'off' ? 'off' : 'idle' }) };
}

function setTemperature(record: StateRecord, data: Json): Outcome {
  const { min_temp, max_temp, current_temperature } = record.attributes;
  const target = numberOf(data['temperature'], numberOf(record.attributes['temperature'], 20));
  if (target < numberOf(min_temp, 7) || target > numberOf(max_temp, 35)) {
    throw new Refusal(
      'service_validation_error',
      `Provided temperature ${target} is not valid. Accepted range is ${textOf(min_temp)} to ${textOf(max_temp)}`,
    );
  }
  const mode = textOf(data['hvac_mode'], record.state);
  const isHeating = mode !== 'off' && target > numberOf(current_temperature, target);
  const attributes = { temperature: target, hvac_action: mode === 'off' ? 'off' : isHeating ? 'heating' : 'idle' };
  return {
    ...hvac(record, mode),
    attributes: { ...known(record, attributes), ...pick(data, ['target_temp_high', 'target_temp_low']) },
  };
}

const warmest = (record: StateRecord) =>
  textOf(
    listOf(record.attributes['hvac_modes']).find((mode) => mode !== 'off'),
    'heat',
  );

const climates: Services = {
  'climate.turn_on': forEach('climate', '', (record) => hvac(record, warmest(record))),
  'climate.turn_off': forEach('climate', '', (record) => hvac(record, 'off')),
  'climate.toggle': forEach('climate', '', (record) => hvac(record, record.state === 'off' ? warmest(record) : 'off')),
  'climate.set_hvac_mode': forEach('climate', 'hvac_mode', (record, data) => hvac(record, textOf(data['hvac_mode']))),
  'climate.set_temperature': forEach(
    'climate',
    'temperature target_temp_high target_temp_low hvac_mode',
    setTemperature,
  ),
  ...setters('climate', { set_preset_mode: 'preset_mode', set_fan_mode: 'fan_mode', set_humidity: 'humidity' }),
};

/** Services that only write one attribute of the same name. */
function setters(domain: string, services: Readonly<Record<string, string>>, state?: string): Services {
  return Object.fromEntries(
    Object.entries(services).map(([service, key]) => [
      `${domain}.${service}`,
      forEach(domain, `${key}!`, (_record, data) => ({
        ...(state === undefined ? {} : { state }),
        attributes: { [key]: data[key] },
      })),
    ]),
  );
}

const volume =
  (step: number): Act =>
  (record) => {
    const level = numberOf(record.attributes['volume_level'], 0.3) + step;
    return { attributes: { volume_level: Math.round(Math.min(1, Math.max(0, level)) * 100) / 100 } };
  };

const playMedia: Act = (_record, data) => {
  const media = { ...recordOf(data['media']), ...data };
  const { media_content_id, media_content_type } = media;
  return { state: 'playing', attributes: { media_content_id, media_content_type, media_title: media_content_id } };
};

const player = (fields: string, act: Act) => forEach('media_player', fields, act);
const mediaPlayers: Services = {
  'media_player.turn_on': player('', to('idle')),
  'media_player.turn_off': player('', to('off')),
  'media_player.toggle': player(
    '',
    toggle(to('idle'), to('off'), (record) => record.state !== 'off'),
  ),
  'media_player.media_play': player('', to('playing')),
  'media_player.media_pause': player('', to('paused')),
  'media_player.media_stop': player('', to('idle')),
  'media_player.media_play_pause': player(
    '',
    toggle(to('playing'), to('paused'), ({ state }) => state === 'playing'),
  ),
  'media_player.media_next_track': player('', () => ({})),
  'media_player.media_previous_track': player('', () => ({})),
  'media_player.volume_up': player('', volume(0.1)),
  'media_player.volume_down': player('', volume(-0.1)),
  'media_player.play_media': player('media media_content_id media_content_type enqueue announce', playMedia),
  ...setters('media_player', {
    volume_set: 'volume_level',
    volume_mute: 'is_volume_muted',
    select_source: 'source',
    select_sound_mode: 'sound_mode',
    shuffle_set: 'shuffle',
    repeat_set: 'repeat',
    media_seek: 'seek_position',
  }),
};

const fanOn: Act = (record, data) => ({
  state: 'on',
  attributes: { percentage: numberOf(data['percentage'], numberOf(record.attributes['percentage'], 0) || 66) },
});
const fanOff = to('off', { percentage: 0 });
const fans: Services = {
  'fan.turn_on': forEach('fan', 'percentage preset_mode', fanOn),
  'fan.turn_off': forEach('fan', '', fanOff),
  'fan.toggle': forEach('fan', '', toggle(fanOn, fanOff)),
  'fan.set_percentage': forEach('fan', 'percentage!', (record, data) =>
    numberOf(data['percentage'], 0) === 0 ? fanOff(record, data) : fanOn(record, data),
  ),
  ...setters('fan', { oscillate: 'oscillating', set_direction: 'direction', set_preset_mode: 'preset_mode' }, 'on'),
};

/** The demo's alarm code. */
const alarmCode = '1234';

function arm(state: string): Service {
  return forEach('alarm_control_panel', 'code', (record, data) => {
    const { code_format, code_arm_required } = record.attributes;
    const isNeeded = code_format !== null && (state === 'disarmed' || code_arm_required === true);
    if (isNeeded && textOf(data['code']) !== alarmCode) {
      throw new Refusal('service_validation_error', 'Invalid alarm code provided', { translation_key: 'invalid_code' });
    }
    return state === 'disarmed' ? { state } : { state: 'arming', settles: { afterMs: 1000, state } };
  });
}

const alarms: Services = {
  'alarm_control_panel.alarm_disarm': arm('disarmed'),
  'alarm_control_panel.alarm_arm_home': arm('armed_home'),
  'alarm_control_panel.alarm_arm_away': arm('armed_away'),
  'alarm_control_panel.alarm_arm_night': arm('armed_night'),
  'alarm_control_panel.alarm_trigger': forEach('alarm_control_panel', 'code', to('triggered')),
};

const number =
  (change: (record: StateRecord, data: Json) => number): Act =>
  (record, data) => {
    const { min, max } = record.attributes;
    const value = change(record, data);
    if (value < numberOf(min, -Infinity) || value > numberOf(max, Infinity)) {
      throw new Refusal(
        'home_assistant_error',
        `Invalid value for ${record.entity_id}: ${value} (range ${textOf(min)} - ${textOf(max)})`,
      );
    }
    return { state: domainOf(record.entity_id) === 'input_number' ? value.toFixed(1) : String(value) };
  };

const stepOf = (record: StateRecord) => numberOf(record.attributes['step'], 1);
const currentOf = (record: StateRecord) => numberOf(record.state, 0);
const add = (sign: 1 | -1) => number((record) => currentOf(record) + sign * stepOf(record));
const setNumber = number((_record, data) => numberOf(data['value'], Number.NaN));

const choose =
  (index: (at: number, count: number) => number): Act =>
  (record) => {
    const options = idsOf(record.attributes['options']);
    const at = index(options.indexOf(record.state), options.length);
    return { state: options[(at + options.length) % options.length] ?? record.state };
  };

const selectOption: Act = (record, data) => {
  const option = textOf(data['option']);
  const options = idsOf(record.attributes['options']);
  if (!options.includes(option)) {
    throw new Refusal(
      'service_validation_error',
      `Option ${option} is not valid for entity ${record.entity_id}, valid options are: ${options.join(', ')}`,
    );
  }
  return { state: option };
};

function selectable(domain: string): Services {
  return {
    [`${domain}.select_option`]: forEach(domain, 'option!', selectOption),
    [`${domain}.select_first`]: forEach(
      domain,
      '',
      choose(() => 0),
    ),
    [`${domain}.select_last`]: forEach(
      domain,
      '',
      choose((_at, count) => count - 1),
    ),
    [`${domain}.select_next`]: forEach(
      domain,
      'cycle',
      choose((at) => at + 1),
    ),
    [`${domain}.select_previous`]: forEach(
      domain,
      'cycle',
      choose((at) => at - 1),
    ),
  };
}

const press: Act = () => ({ state: new Date().toISOString().replace('Z', '+00:00') });
const dateTime: Act = (_record, { datetime, date, time }) => ({
  state: textOf(
    datetime,
    [date, time]
      .map((part) => textOf(part))
      .filter((part) => part !== '')
      .join(' '),
  ),
});
const startTimer: Act = (record, data) => ({
  state: 'active',
  attributes: { duration: data['duration'] ?? record.attributes['duration'], last_transition: 'started' },
});

const inputs: Services = {
  'input_number.set_value': forEach('input_number', 'value!', setNumber),
  'input_number.increment': forEach('input_number', '', add(1)),
  'input_number.decrement': forEach('input_number', '', add(-1)),
  'number.set_value': forEach('number', 'value!', setNumber),
  'counter.increment': forEach('counter', '', add(1)),
  'counter.decrement': forEach('counter', '', add(-1)),
  'counter.set_value': forEach('counter', 'value!', setNumber),
  'counter.reset': forEach(
    'counter',
    '',
    number((record) => numberOf(record.attributes['initial'], 0)),
  ),
  'input_text.set_value': forEach('input_text', 'value!', (_record, data) => ({ state: textOf(data['value']) })),
  'input_datetime.set_datetime': forEach('input_datetime', 'date time datetime timestamp', dateTime),
  'input_button.press': forEach('input_button', '', press),
  'button.press': forEach('button', '', press),
  'timer.start': forEach('timer', 'duration', startTimer),
  'timer.pause': forEach('timer', '', to('paused')),
  'timer.cancel': forEach('timer', '', to('idle', { last_transition: 'cancelled' })),
  'timer.finish': forEach('timer', '', to('idle', { last_transition: 'finished' })),
};

const installUpdate: Act = (record) => {
  const attributes = { in_progress: false, installed_version: record.attributes['latest_version'] };
  return { attributes: { in_progress: true }, settles: { afterMs: 1500, state: 'off', attributes } };
};

const vacuum = (act: Act) => forEach('vacuum', '', act);
const others: Services = {
  'vacuum.start': vacuum(to('cleaning')),
  'vacuum.pause': vacuum(to('paused')),
  'vacuum.stop': vacuum(to('idle')),
  'vacuum.return_to_base': vacuum(() => ({ state: 'returning', settles: { afterMs: 800, state: 'docked' } })),
  'update.install': forEach('update', 'version backup', installUpdate),
  'update.skip': forEach('update', '', (record) => ({
    state: 'off',
    attributes: { skipped_version: record.attributes['latest_version'] },
  })),
  'update.clear_skipped': forEach('update', '', to('on', { skipped_version: null })),
};

/** Services that change the entities they are aimed at, keyed `domain.service`. */
export const entityServices: Services = {
  ...lights,
  ...switchable('switch'),
  ...switchable('input_boolean'),
  ...switchable('siren'),
  ...openable('cover'),
  ...openable('valve'),
  ...locks,
  ...climates,
  ...mediaPlayers,
  ...fans,
  ...alarms,
  ...inputs,
  ...selectable('select'),
  ...selectable('input_select'),
  ...others,
};
