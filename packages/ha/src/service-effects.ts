import type { Effect } from '@hub/core/effect.ts';

/** Domains whose every action concerns who gets in, or an alarm. */
const SECURE_DOMAINS = new Set(['alarm_control_panel', 'lock', 'siren', 'valve']);

/** Domains whose actions move devices or helpers, or tell people something. */
const CONTROL_DOMAINS = new Set([
  ...[
    'light',
    'switch',
    'fan',
    'climate',
    'cover',
    'humidifier',
    'water_heater',
    'media_player',
    'vacuum',
    'lawn_mower',
  ],
  ...[
    'remote',
    'camera',
    'number',
    'select',
    'text',
    'date',
    'time',
    'datetime',
    'button',
    'image',
    'image_processing',
  ],
  ...[
    'input_boolean',
    'input_button',
    'input_datetime',
    'input_number',
    'input_select',
    'input_text',
    'counter',
    'timer',
  ],
  ...['notify', 'persistent_notification', 'tts', 'assist_satellite', 'ai_task', 'calendar', 'todo', 'shopping_list'],
  ...['device_tracker', 'logbook', 'ffmpeg', 'automation', 'script', 'scene', 'group'],
]);

const READS = new Set([
  'calendar.get_events',
  'homeassistant.check_config',
  'media_player.browse_media',
  'media_player.search_media',
  'recorder.get_statistics',
  'schedule.get_schedule',
  'todo.get_items',
  'weather.get_forecasts',
]);

const EXCEPTIONS: ReadonlyMap<string, Effect> = new Map<string, Effect>([
  // Speech may ask for anything that is exposed, locks included.
  ['conversation.process', 'secure'],
  // Whoever is said to be home may open doors, and what is said stays.
  ['device_tracker.see', 'configure'],
  ['frontend.set_theme', 'control'],
  ['group.remove', 'configure'],
  ['group.set', 'configure'],
  ['homeassistant.save_persistent_states', 'control'],
  ['homeassistant.set_location', 'configure'],
  ['homeassistant.toggle', 'control'],
  ['homeassistant.turn_off', 'control'],
  ['homeassistant.turn_on', 'control'],
  ['homeassistant.update_entity', 'control'],
  ['logger.set_default_level', 'configure'],
  ['logger.set_level', 'configure'],
  ['remote.delete_command', 'configure'],
  ['remote.learn_command', 'configure'],
  ['scene.create', 'configure'],
  ['scene.delete', 'configure'],
  ['system_log.clear', 'configure'],
  ['system_log.write', 'control'],
  ['update.clear_skipped', 'configure'],
  ['update.skip', 'configure'],
]);

/** Here people choose the names of the services themselves, `reload_everything` included. */
const OWN_NAMES = new Set(['python_script', 'rest_command', 'shell_command']);
const RELOADERS = new Set(['frontend', 'homeassistant', 'lovelace']);

/** What an action can do apart from the entities it acts on. What nobody has judged is `system`. */
export function serviceEffect(domain: string, service: string): Effect {
  const action = `${domain}.${service}`;
  const exception = EXCEPTIONS.get(action);
  if (exception) return exception;
  if (READS.has(action)) return 'read';
  if (isReload(domain, service)) return 'configure';
  if (SECURE_DOMAINS.has(domain)) return 'secure';
  return CONTROL_DOMAINS.has(domain) ? 'control' : 'system';
}

function isReload(domain: string, service: string): boolean {
  if (OWN_NAMES.has(domain)) return false;
  return service === 'reload' || (RELOADERS.has(domain) && service.startsWith('reload_'));
}

/** Does the entity's kind alone make it `secure`? A cover is judged by what it covers: see effects.ts. */
export function isSecureDomain(domain: string): boolean {
  return SECURE_DOMAINS.has(domain);
}
