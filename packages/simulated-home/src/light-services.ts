import { type Act, forEach, known, toggle } from './entity-service.ts';
import { type Json, listOf, numberOf, pick } from './read.ts';
import type { Services } from './service.ts';

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

/** light.* */
export const lightServices: Services = {
  'light.turn_on': forEach('light', lightFields, lightOn),
  'light.turn_off': forEach('light', 'transition flash', lightOff),
  'light.toggle': forEach('light', lightFields, toggle(lightOn, lightOff)),
};
