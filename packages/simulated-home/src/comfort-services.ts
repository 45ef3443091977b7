import { type Act, forEach, known, setters, to, toggle } from './entity-service.ts';
import { idsOf, type Json, listOf, numberOf, pick, recordOf, textOf } from './read.ts';
import { refuseValue } from './refusal.ts';
import type { Outcome, Services } from './service.ts';
import type { StateRecord } from './template.ts';

function hvac(record: StateRecord, mode: string): Outcome {
  if (!listOf(record.attributes['hvac_modes']).includes(mode)) {
    const modes = idsOf(record.attributes['hvac_modes']).join(', ');
    const message = `HVAC mode ${mode} is not valid. Valid HVAC modes are: ${modes}`;
    refuseValue('climate', 'not_valid_hvac_mode', message, { mode, modes });
  }
  return { state: mode, attributes: known(record, { hvac_action: mode === 'off' ? 'off' : 'idle' }) };
}

function setTemperature(record: StateRecord, data: Json): Outcome {
  const { min_temp, max_temp, current_temperature } = record.attributes;
  const target = numberOf(data['temperature'], numberOf(record.attributes['temperature'], 20));
  if (target < numberOf(min_temp, 7) || target > numberOf(max_temp, 35)) {
    const message = `Provided temperature ${target} is not valid. Accepted range is ${textOf(min_temp)} to ${textOf(max_temp)}`;
    refuseValue('climate', 'temp_out_of_range', message, { check_temp: String(target), min_temp, max_temp });
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

/** climate.*, media_player.*, fan.* */
export const comfortServices: Services = { ...climates, ...mediaPlayers, ...fans };
