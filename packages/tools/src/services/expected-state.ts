const TURNED = { turn_on: 'on', turn_off: 'off' } as const;

/** Services of a domain that end in one known state. Source: HA `components/<domain>/__init__.py` and `const.py`. */
const ENDS_IN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  cover: { open_cover: 'open', close_cover: 'closed' },
  valve: { open_valve: 'open', close_valve: 'closed' },
  lock: { lock: 'locked', unlock: 'unlocked' },
  alarm_control_panel: {
    alarm_arm_home: 'armed_home',
    alarm_arm_away: 'armed_away',
    alarm_arm_night: 'armed_night',
    alarm_disarm: 'disarmed',
  },
  media_player: { media_play: 'playing', media_pause: 'paused', turn_off: 'off' },
  vacuum: { start: 'cleaning', pause: 'paused' },
};

const SWITCHED = new Set([
  'light',
  'switch',
  'input_boolean',
  'fan',
  'siren',
  'humidifier',
  'automation',
  'remote',
  'homeassistant',
  'group',
]);

/** Fields whose value the state itself takes. */
const VALUE_FIELD: Readonly<Record<string, string>> = {
  'climate.set_hvac_mode': 'hvac_mode',
  'input_select.select_option': 'option',
  'select.select_option': 'option',
  'input_text.set_value': 'value',
  'text.set_value': 'value',
};

const OPPOSITE: Readonly<Record<string, string>> = { on: 'off', off: 'on', open: 'closed', closed: 'open' };

/** The state that proves the service did its work, or undefined when it has no single one (a toggle of something unknown, a brightness). */
export function expectedState(
  domain: string,
  service: string,
  data: Readonly<Record<string, unknown>>,
  before: string | undefined,
): string | undefined {
  const field = VALUE_FIELD[`${domain}.${service}`];
  if (field !== undefined) return typeof data[field] === 'string' ? data[field] : undefined;
  if (service === 'toggle') return before === undefined ? undefined : OPPOSITE[before];
  const known = ENDS_IN[domain]?.[service];
  if (known !== undefined) return known;
  return SWITCHED.has(domain) && (service === 'turn_on' || service === 'turn_off') ? TURNED[service] : undefined;
}
