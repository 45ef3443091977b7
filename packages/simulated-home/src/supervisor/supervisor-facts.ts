import type { Json } from '../read.ts';
import type { App, SupervisorModel } from './supervisor-model.ts';

/** The big tables that change little: Home Assistant's client for the Supervisor refuses an answer that lacks any of these. */
const machine = { machine: 'generic-x86-64', arch: 'amd64' };

export function rootInfo({ versions }: SupervisorModel): Json {
  return {
    ...machine,
    ...{ supervisor: '2026.11.0', homeassistant: versions.core, hassos: versions.os, docker: '28.3.3' },
    ...{
      hostname: 'homeassistant',
      operating_system: `Home Assistant OS ${versions.os}`,
      features: ['reboot', 'haos'],
    },
    ...{ machine_id: null, state: 'running', supported_arch: ['amd64'], supported: true, channel: 'stable' },
    ...{ logging: 'info', timezone: 'Europe/Amsterdam' },
  };
}

export function coreInfo({ versions, latest }: SupervisorModel): Json {
  return {
    ...machine,
    ...{ version: versions.core, version_latest: latest.core, update_available: versions.core !== latest.core },
    ...{ ip_address: '172.30.32.1', image: 'ghcr.io/home-assistant/generic-x86-64-homeassistant', boot: true },
    ...{ port: 8123, ssl: false, watchdog: true, audio_input: null, audio_output: null },
    ...{ backups_exclude_database: false, duplicate_log_file: false },
  };
}

export function supervisorInfo(): Json {
  return {
    ...{ version: '2026.11.0', version_latest: '2026.11.0', update_available: false, channel: 'stable', arch: 'amd64' },
    ...{ supported: true, healthy: true, ip_address: '172.30.32.2', timezone: 'Europe/Amsterdam', logging: 'info' },
    ...{ debug: false, debug_block: false, diagnostics: false, auto_update: true, country: 'NL' },
    ...{ detect_blocking_io: false, feature_flags: {} },
  };
}

export function osInfo({ versions, latest }: SupervisorModel): Json {
  return {
    ...{ version: versions.os, version_latest: latest.os, version_pending: versions.osPending },
    ...{ update_available: (versions.osPending ?? versions.os) !== latest.os, board: 'generic-x86-64', boot: 'A' },
    ...{ data_disk: null, boot_slots: { A: { state: 'booted', status: 'good', version: versions.os } } },
  };
}

export function hostInfo(): Json {
  return {
    ...{ agent_version: '1.7.2', apparmor_version: '3.1.2', chassis: 'vm', virtualization: 'kvm', cpe: null },
    ...{ deployment: 'production', disk_free: 40.1, disk_total: 62.3, disk_used: 19.5, disk_life_time: null },
    ...{ features: ['reboot', 'haos'], hostname: 'homeassistant', llmnr_hostname: null, kernel: '6.12.51-haos' },
    ...{ operating_system: 'Home Assistant OS 17.0', timezone: 'Europe/Amsterdam', dt_utc: new Date().toISOString() },
    ...{ dt_synchronized: true, use_ntp: true, startup_time: 2.1, boot_timestamp: 1_795_000_000_000_000 },
    ...{ broadcast_llmnr: true, broadcast_mdns: true },
  };
}

export function networkInfo(): Json {
  const docker = { interface: 'hassio', address: '172.30.32.0/23', gateway: '172.30.32.1', dns: '172.30.32.3' };
  return { interfaces: [], docker, host_internet: true, supervisor_internet: true };
}

export const stats: Json = {
  ...{ cpu_percent: 1.5, memory_usage: 50_000_000, memory_limit: 4_000_000_000, memory_percent: 1.25 },
  ...{ network_tx: 1000, network_rx: 2000, blk_read: 0, blk_write: 0 },
};

export const resolutionInfo: Json = { unsupported: [], unhealthy: [], suggestions: [], issues: [], checks: [] };

function baseFacts({ installed, ...app }: App): Json {
  return {
    ...{ advanced: false, available: true, build: false, description: app.description, homeassistant: null },
    ...{ icon: false, logo: false, name: app.name, repository: app.repository, slug: app.slug, stage: 'stable' },
    ...{ url: null, version_latest: app.latestVersion, version: installed?.version ?? null, detached: false },
    update_available: installed !== undefined && installed.version !== app.latestVersion,
  };
}

export function installedRow(app: App): Json {
  return { ...baseFacts(app), state: app.installed?.state ?? 'unknown' };
}

export function storeRow(app: App): Json {
  return {
    ...baseFacts(app),
    ...{ arch: ['amd64'], documentation: true, installed: app.installed !== undefined },
    // Of a store row this is the version one would get.
    version: app.installed?.version ?? app.latestVersion,
  };
}

const rights: Json = {
  ...{ apparmor: 'default', auth_api: false, docker_api: false, full_access: false, homeassistant_api: false },
  ...{ host_network: false, host_pid: false, rating: 6, signed: false, hassio_api: false, hassio_role: 'default' },
};

export function storeDetail(app: App): Json {
  return { ...storeRow(app), ...rights, ingress: app.hasIngress, long_description: null };
}

export function installedDetail(app: App, ingressToken: string): Json {
  const { installed } = app;
  const entry = app.hasIngress ? `/api/hassio_ingress/${ingressToken}` : null;
  return {
    ...installedRow(app),
    ...rights,
    ...{ arch: ['amd64'], documentation: true, ingress: app.hasIngress, long_description: null },
    ...{
      hostname: app.slug.replaceAll('_', '-'),
      dns: [],
      protected: true,
      boot: installed?.boot,
      boot_config: 'auto',
    },
    ...{ options: installed?.options, schema: app.schema, machine: [], network: installed?.network },
    ...{ network_description: null, host_ipc: false, host_uts: false, host_dbus: false, privileged: [] },
    ...{ changelog: true, stdin: false, gpio: false, usb: false, uart: false, kernel_modules: false },
    ...{ devicetree: false, udev: false, video: false, audio: false, startup: 'services', services: [] },
    ...{ discovery: [], translations: {}, webui: null, ingress_entry: entry, ingress_url: entry && `${entry}/` },
    ...{ ingress_port: app.hasIngress ? 8099 : null, ingress_panel: app.hasIngress ? false : null },
    ...{ audio_input: null, audio_output: null, auto_update: installed?.autoUpdate, ip_address: '172.30.33.1' },
    ...{ watchdog: installed?.watchdog, devices: [], system_managed: false, system_managed_config_entry: null },
  };
}
