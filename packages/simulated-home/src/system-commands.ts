import { type Call, type Commands, command } from './command.ts';
import { type HomeModel, pythonTime } from './home-model.ts';
import { domainOf, idsOf, type Json, recordOf, slugOf, textOf } from './read.ts';
import { Refusal, refuseMissing } from './refusal.ts';
import { describeServices } from './service-commands.ts';

const coreComponents = [
  'api auth backup config diagnostics frontend group history homeassistant http input_boolean input_button input_datetime',
  'input_number input_select input_text counter timer schedule logbook logger lovelace persistent_notification recorder',
  'repairs search sun system_health system_log tag template trace websocket_api zone',
].flatMap((line) => line.split(' '));

const metric = {
  length: 'km',
  accumulated_precipitation: 'mm',
  area: 'm²',
  mass: 'g',
  pressure: 'Pa',
  temperature: '°C',
  volume: 'L',
  wind_speed: 'm/s',
};

/** What get_config and REST /api/config tell. */
export function configOf(home: HomeModel): Json {
  const domains = home.states.keys().map(domainOf);
  const platforms = [...home.template.configEntries.values()].map((entry) => textOf(entry['domain']));
  const place = { latitude: 52.3731, longitude: 4.8926, elevation: 2, radius: 100, country: 'NL', currency: 'EUR' };
  const texts = {
    language: 'en',
    time_zone: 'Europe/Amsterdam',
    location_name: home.identity.name,
    unit_system: metric,
  };
  return {
    allowlist_external_dirs: ['/config/www', '/media'],
    allowlist_external_urls: [],
    components: [...new Set([...coreComponents, ...domains, ...platforms, ...(home.supervisor ? ['hassio'] : [])])],
    config_dir: '/config',
    config_source: 'storage',
    debug: false,
    external_url: null,
    internal_url: null,
    ...place,
    ...texts,
    logging: { log_file_disabled_reason: null },
    recovery_mode: false,
    safe_mode: false,
    state: 'RUNNING',
    version: home.identity.version,
    whitelist_external_dirs: ['/config/www', '/media'],
  };
}

const sensorWarning = 'Updating sensor.garden_soil_moisture took longer than the scheduled update interval';

function systemLog(home: HomeModel): Json[] {
  const at = home.template.builtMs / 1000;
  const entry = { exception: '', count: 3, first_occurred: at - 3600, timestamp: at - 60, level: 'WARNING' };
  return [
    {
      name: 'homeassistant.components.sensor',
      message: [sensorWarning],
      source: ['components/sensor/__init__.py', 412],
      ...entry,
    },
  ];
}

export function errorLog(home: HomeModel): string {
  const at = pythonTime(home.template.builtMs - 60_000).replace('T', ' ');
  return `${at} WARNING (MainThread) [homeassistant.components.sensor] ${sensorWarning}\n`;
}

function issues(home: HomeModel): Json[] {
  const none = { breaks_in_ha_version: null, dismissed_version: null, issue_domain: null, learn_more_url: null };
  return [
    {
      ...none,
      created: pythonTime(home.template.builtMs),
      ignored: false,
      domain: 'homeassistant',
      is_fixable: false,
      issue_id: 'simulated_home',
      severity: 'warning',
      translation_key: 'simulated_home',
      translation_placeholders: null,
    },
  ];
}

function systemHealth({ home, emit, after }: Call): null {
  const homeassistant = {
    version: `core-${home.identity.version}`,
    installation_type: 'Simulated home',
    dev: false,
    hassio: false,
    docker: false,
    python_version: 'none',
    os_name: process.platform,
    arch: process.arch,
    timezone: 'Europe/Amsterdam',
    config_dir: '/config',
  };
  const recorder = { estimated_db_size: { type: 'pending' }, database_engine: 'simulated' };
  after(() => {
    const data = { homeassistant: { info: homeassistant }, recorder: { info: recorder } };
    emit({ type: 'initial', data });
    emit({ type: 'update', domain: 'recorder', key: 'estimated_db_size', success: true, data: '0.00 MiB' });
    emit({ type: 'finish' });
  });
  return null;
}

function translations(home: HomeModel, message: Json): Json {
  const wanted = idsOf(message['integration']);
  const isWanted = (domain: string) => wanted.length === 0 || wanted.includes(domain);
  const title = (name: string) => name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' ');
  const resources: Record<string, string> = {};
  if (message['category'] !== 'services') return { resources };
  for (const [domain, services] of Object.entries(describeServices(home)).filter(([name]) => isWanted(name))) {
    for (const [name, { fields }] of Object.entries(services)) {
      for (const field of Object.keys(recordOf(fields))) {
        resources[`component.${domain}.services.${name}.fields.${field}.name`] = title(field);
      }
      resources[`component.${domain}.services.${name}.name`] = title(name);
      resources[`component.${domain}.services.${name}.description`] = `${title(name)} (${title(domain)}).`;
    }
  }
  return { resources };
}

function manifests(home: HomeModel, wanted: readonly string[]): Json[] {
  const domains = idsOf(configOf(home)['components']).filter(
    (domain) => wanted.length === 0 || wanted.includes(domain),
  );
  const title = (name: string) => name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' ');
  const shared = { codeowners: [], is_built_in: true, overwrites_built_in: false };
  return domains.map((domain) => ({
    domain,
    name: title(domain),
    integration_type: 'hub',
    documentation: '',
    ...shared,
  }));
}

function configEntries(home: HomeModel, message: Json): Json[] {
  const rows = [...home.template.configEntries.values()];
  return rows.filter((row) => message['domain'] === undefined || row['domain'] === message['domain']);
}

const tokenMadeAt = '2025-01-01T00:00:00.000000+00:00';

/** Everything about the installation itself, mostly fixed answers. */
export const systemCommands: Commands = {
  get_config: command('', ({ home }) => configOf(home)),
  'auth/current_user': command('', ({ home }) => ({
    id: home.identity.userId,
    name: 'Simulated owner',
    is_owner: true,
    is_admin: true,
    credentials: [{ auth_provider_type: 'homeassistant', auth_provider_id: null }],
    mfa_modules: [],
  })),
  'auth/refresh_tokens': command('', () => [
    {
      ...{ id: 'token-of-the-hub', type: 'long_lived_access_token', is_current: true, client_name: 'Hub' },
      ...{ client_id: null, client_icon: null, auth_provider_type: null, created_at: tokenMadeAt },
      ...{ expire_at: null, last_used_at: null, last_used_ip: null },
    },
  ]),
  'system_log/list': command('', ({ home }) => systemLog(home)),
  'system_health/info': command('', systemHealth),
  'repairs/list_issues': command('', ({ home }) => ({ issues: issues(home) })),
  'persistent_notification/get': command('', ({ home }) => home.notifications.values()),
  'logger/log_info': command('', () => coreComponents.map((domain) => ({ domain, level: 30 }))),
  'config_entries/get': command('type_filter domain', ({ home, message }) => configEntries(home, message)),
  'config_entries/get_single': command('entry_id!', ({ home, message }) => {
    const entry = home.template.configEntries.get(textOf(message['entry_id']));
    if (entry === undefined) throw new Refusal('not_found', 'Config entry not found');
    return { config_entry: entry };
  }),
  'manifest/list': command('integrations', ({ home, message }) => manifests(home, idsOf(message['integrations']))),
  'manifest/get': command('integration!', ({ home, message }) => {
    const [manifest] = manifests(home, [textOf(message['integration'])]);
    return manifest ?? refuseMissing('Integration not found');
  }),
  'labs/list': command('', () => ({ features: [] })),
  'hardware/info': command('', () => ({ hardware: [] })),
  network: command('', () => ({ adapters: [], configured_adapters: [] })),
  'frontend/get_translations': command('language! category! integration config_flow', ({ home, message }) =>
    translations(home, message),
  ),
  'blueprint/list': command('domain!', () => ({})),
  'energy/get_prefs': command('', () => {
    throw new Refusal('not_found', 'No prefs');
  }),
  'todo/item/list': command('entity_id!', ({ home, message }) => ({
    items: home.todos.get(textOf(message['entity_id'])) ?? [],
  })),
  slugify: command('text!', ({ message }) => ({ slug: slugOf(textOf(message['text'])) })),
  supported_features: command('features', () => null),
};
