const SWITCH = { on: 'turn_on', off: 'turn_off', toggle: 'toggle' } as const;

/** The word a row may use → the service it means, per domain. Source: HA `components/<domain>/services.yaml`. */
const ACTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  light: { ...SWITCH, set: 'turn_on' },
  climate: {
    ...SWITCH,
    set: 'set_temperature',
    heat: 'set_hvac_mode',
    cool: 'set_hvac_mode',
    auto: 'set_hvac_mode',
    heat_cool: 'set_hvac_mode',
  },
  cover: { open: 'open_cover', close: 'close_cover', stop: 'stop_cover', toggle: 'toggle', set: 'set_cover_position' },
  media_player: {
    ...SWITCH,
    play: 'media_play',
    pause: 'media_pause',
    stop: 'media_stop',
    set: 'volume_set',
    next: 'media_next_track',
    previous: 'media_previous_track',
  },
  vacuum: { start: 'start', stop: 'stop', pause: 'pause', return_to_base: 'return_to_base', clean_spot: 'clean_spot' },
  lock: { lock: 'lock', unlock: 'unlock', open: 'open' },
  alarm_control_panel: {
    arm_home: 'alarm_arm_home',
    arm_away: 'alarm_arm_away',
    arm_night: 'alarm_arm_night',
    disarm: 'alarm_disarm',
  },
  water_heater: { on: 'turn_on', off: 'turn_off', set: 'set_temperature' },
  camera: { on: 'turn_on', off: 'turn_off', snapshot: 'snapshot', record: 'record' },
  scene: { on: 'turn_on', turn_on: 'turn_on' },
  script: { ...SWITCH, turn_on: 'turn_on', turn_off: 'turn_off' },
  automation: { ...SWITCH, turn_on: 'turn_on', turn_off: 'turn_off', trigger: 'trigger' },
};

export interface BulkService {
  readonly domain: string;
  readonly service: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export function validActions(domain: string): string[] {
  return Object.keys(ACTIONS[domain] ?? SWITCH);
}

/** The service a row means; undefined when its domain has no such action. */
export function bulkService(
  entityId: string,
  action: string,
  parameters: Readonly<Record<string, unknown>>,
): BulkService | undefined {
  const domain = entityId.split('.')[0] ?? '';
  const known = ACTIONS[domain] ?? SWITCH;
  const service = Object.hasOwn(known, action) ? known[action as keyof typeof known] : undefined;
  if (service === undefined) return undefined;
  const data =
    service === 'set_hvac_mode'
      ? { hvac_mode: action, ...parameters }
      : domain === 'light'
        ? inKelvin(parameters)
        : parameters;
  // A legacy group has no turn_on of its own; Home Assistant's generic service passes it to the members.
  return { domain: domain === 'group' ? 'homeassistant' : domain, service, data };
}

/** Colour temperatures as lights took them before 2026: `kelvin`, and `color_temp` in mired. */
function inKelvin(parameters: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { kelvin, color_temp: mired, ...rest } = parameters;
  if (kelvin === undefined && mired === undefined) return parameters;
  if ('color_temp_kelvin' in rest) return rest;
  return {
    ...rest,
    color_temp_kelvin: kelvin ?? (typeof mired === 'number' && mired > 0 ? Math.round(1e6 / mired) : mired),
  };
}
