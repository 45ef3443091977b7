/**
 * read: only looks · stream: only looks, and answers more than once · keys: a look that hands out keys, tokens or signed addresses ·
 * write: everything else, whose lost answer is "unknown" and which nobody repeats.
 */
export type CommandKind = 'read' | 'stream' | 'keys' | 'write';

/** `<name>/list` and `<name>/subscribe`. Source: HA `helpers/collection.py`. */
const COLLECTIONS = [
  ...['assist_pipeline/pipeline', 'counter', 'image', 'input_boolean', 'input_button', 'input_datetime'],
  ...['input_number', 'input_select', 'input_text', 'lovelace/resources', 'person', 'schedule', 'tag', 'timer', 'zone'],
];

/** Sources: HA `components/websocket_api/commands.py` and the `websocket_api.py` of each integration, 2025.12 to 2026.11; HACS. */
const READS = [
  ...['entity/source', 'explain_target', 'extract_from_target', 'get_conditions_for_target', 'get_config'],
  ...['get_panels', 'get_services', 'get_services_for_target', 'get_states', 'get_triggers_for_target'],
  ...[
    'integration/descriptions',
    'integration/setup_info',
    'integration/wait',
    'manifest/get',
    'manifest/list',
    'ping',
  ],
  ...['slugify', 'supported_features', 'test_condition', 'validate_config'],
  ...['config/area_registry/list', 'config/category_registry/list', 'config/floor_registry/list'],
  ...['config/device_registry/list', 'config/device_registry/list_composite_splits'],
  ...['config/device_registry/list_linked_devices', 'config/entity_registry/get'],
  ...['config/entity_registry/get_automatic_entity_ids', 'config/entity_registry/get_entries'],
  ...['config/entity_registry/list', 'config/entity_registry/list_for_display', 'config/entity_registry/settings/get'],
  ...['config/label_registry/list', 'config_entries/flow/progress', 'config_entries/get', 'config_entries/get_single'],
  ...['config_entries/subentries/list', 'device_automation/action/capabilities', 'device_automation/action/list'],
  ...['device_automation/condition/capabilities', 'device_automation/condition/list'],
  ...[
    'device_automation/trigger/capabilities',
    'device_automation/trigger/list',
    'diagnostics/get',
    'diagnostics/list',
  ],
  ...['ai_task/preferences/get', 'analytics', 'assist_pipeline/device/list', 'assist_pipeline/language/list'],
  ...['assist_pipeline/pipeline/get', 'assist_pipeline/pipeline_debug/get', 'assist_pipeline/pipeline_debug/list'],
  ...['assist_satellite/get_configuration', 'auth/current_user', 'automation/config', 'backup/agents/info'],
  ...['backup/details', 'backup/info', 'blueprint/list', 'blueprint/substitute', 'camera/capabilities'],
  ...['camera/get_prefs', 'conversation/agent/homeassistant/debug', 'conversation/agent/list'],
  ...['conversation/agent/homeassistant/language_scores', 'conversation/sentences/list'],
  ...['energy/fossil_energy_consumption', 'energy/get_prefs', 'energy/info', 'energy/solar_forecast'],
  ...['energy/validate', 'esphome/get_device_capabilities', 'frontend/get_icons', 'frontend/get_system_data'],
  ...['frontend/get_themes', 'frontend/get_translations', 'frontend/get_user_data', 'frontend/get_version'],
  ...['hacs/critical/list', 'hacs/info', 'hacs/repositories/list', 'hacs/repositories/removed'],
  ...['hacs/repository/info', 'hacs/repository/release_notes', 'hacs/repository/releases', 'hardware/info'],
  ...['history/history_during_period', 'homeassistant/expose_entity/list'],
  ...['homeassistant/expose_new_entities/get', 'labs/list', 'llm/api/list', 'logbook/get_action_calls'],
  ...['logbook/get_events', 'logger/log_info', 'lovelace/config', 'lovelace/dashboards/list', 'lovelace/info'],
  ...['lovelace/resources', 'marketplace/critical/list', 'marketplace/info', 'marketplace/repositories/list'],
  ...['marketplace/repositories/removed', 'marketplace/repository/info', 'marketplace/repository/releases'],
  ...['matter/network_topology', 'matter/node_diagnostics', 'media_player/browse_media'],
  ...['media_player/search_media', 'media_source/browse_media', 'media_source/search_media'],
  ...['modbus/connections/list', 'mqtt/device/debug_info', 'network', 'network/url'],
  ...['number/device_class_convertible_units', 'persistent_notification/get', 'radio_frequency/list'],
  ...['recorder/entity_options/get', 'recorder/get_statistics_metadata', 'recorder/info'],
  ...['recorder/list_statistic_ids', 'recorder/statistic_during_period', 'recorder/statistics_during_period'],
  ...['recorder/validate_statistics', 'repairs/get_issue_data', 'repairs/list_issues', 'script/config'],
  ...['search/related', 'sensor/device_class_convertible_units', 'sensor/numeric_device_classes'],
  ...['shopping_list/items', 'stt/engine/list', 'system_log/list', 'todo/item/list', 'trace/contexts'],
  ...['trace/debug/breakpoint/list', 'trace/get', 'trace/list', 'tts/engine/get', 'tts/engine/list'],
  ...['tts/engine/voices', 'update/release_notes', 'usage_prediction/common_control', 'usb/list_serial_ports'],
  ...['vacuum/get_segments', 'wake_word/info', 'weather/convertible_units', 'wyoming/info'],
  ...['zha/configuration', 'zha/device', 'zha/devices', 'zha/devices/bindable', 'zha/devices/clusters'],
  ...['zha/devices/clusters/attributes', 'zha/devices/clusters/attributes/value', 'zha/devices/clusters/commands'],
  ...['zha/devices/groupable', 'zha/group', 'zha/groups', 'zwave_js/data_collection_status'],
  ...['zwave_js/get_config_parameters', 'zwave_js/get_log_config', 'zwave_js/get_raw_config_parameter'],
  ...['zwave_js/get_node_firmware_update_capabilities', 'zwave_js/is_any_ota_firmware_update_in_progress'],
  ...['zwave_js/is_node_firmware_update_in_progress', 'zwave_js/network_neighbors', 'zwave_js/network_status'],
  ...['zwave_js/node_alerts', 'zwave_js/node_capabilities', 'zwave_js/node_metadata', 'zwave_js/node_status'],
  ...['zwave_js/supports_feature', ...COLLECTIONS.map((name) => `${name}/list`)],
];

const STREAMS = [
  ...['calendar/event/subscribe', 'condition_platforms/subscribe', 'config_entries/flow/subscribe'],
  ...['config_entries/subscribe', 'conversation/chat_log/subscribe', 'conversation/chat_log/subscribe_index'],
  ...['backup/subscribe_events', 'bluetooth/subscribe_advertisements', 'bluetooth/subscribe_scanner_state'],
  ...['bluetooth/subscribe_connection_allocations', 'bluetooth/subscribe_scanner_details', 'dhcp/subscribe_discovery'],
  ...['frontend/subscribe_extra_js', 'frontend/subscribe_system_data', 'frontend/subscribe_user_data'],
  ...['hacs/subscribe', 'hardware/subscribe_system_status', 'history/stream', 'labs/subscribe', 'logbook/event_stream'],
  ...['marketplace/subscribe', 'matter/subscribe_network_topology', 'persistent_notification/subscribe'],
  ...['render_template', 'ssdp/subscribe_discovery', 'subscribe_bootstrap_integrations', 'subscribe_condition'],
  ...['subscribe_entities', 'subscribe_events', 'subscribe_system_state', 'subscribe_trigger', 'system_health/info'],
  ...['system_log/subscribe_raw', 'todo/item/subscribe', 'trigger_platforms/subscribe', 'unsubscribe_events'],
  ...['weather/subscribe_forecast', 'zeroconf/subscribe_discovery'],
  ...[
    'generic_camera',
    'group',
    'history_stats',
    'mold_indicator',
    'statistics',
    'template',
    'threshold',
    'time_date',
  ].map((name) => `${name}/start_preview`),
  ...['zwave_js/subscribe_config_parameter_updates', 'zwave_js/subscribe_controller_statistics'],
  ...['zwave_js/subscribe_firmware_update_status', 'zwave_js/subscribe_log_updates', 'zwave_js/subscribe_new_devices'],
  ...['zwave_js/subscribe_node_statistics', 'zwave_js/subscribe_node_status', 'zwave_js/subscribe_s2_inclusion'],
  ...['zwave_js/subscribe_rebuild_routes_progress', ...COLLECTIONS.map((name) => `${name}/subscribe`)],
];

/** Of radios, backups, accounts, cameras and of doors into the home from outside. */
const KEYS = [
  ...['application_credentials/config', 'application_credentials/config_entry', 'application_credentials/list'],
  ...['application_credentials/subscribe', 'auth/refresh_tokens', 'auth/sign_path', 'backup/config/info'],
  ...['brands/access_token', 'camera/stream', 'camera/webrtc/get_client_config', 'cloud/alexa/entities'],
  ...['cloud/alexa/entities/get', 'cloud/google_assistant/entities', 'cloud/google_assistant/entities/get'],
  ...['cloud/status', 'cloud/subscribe_events', 'cloud/subscription', 'cloud/tts/info', 'cloud/webrtc/ice_servers'],
  ...['config/auth/list', 'esphome/get_encryption_key', 'lorawan/devices/list', 'lorawan/devices/subscribe'],
  ...['map_tiles/access_token', 'media_source/resolve_media', 'notify/html5/appkey', 'otbr/info'],
  ...['sendspin/get_pairing_token', 'supervisor/ingress/session', 'thread/discover_routers'],
  ...['thread/get_dataset_tlv', 'thread/list_datasets', 'web_rtc/ice_servers', 'webhook/list'],
  ...['zha/network/backups/list', 'zha/network/settings', 'zwave_js/get_provisioning_entries'],
  ...['zwave_js/parse_qr_code_string', 'zwave_js/try_parse_dsk_from_qr_code_string'],
];

const KINDS: ReadonlyMap<string, CommandKind> = new Map<string, CommandKind>([
  ...READS.map((type) => [type, 'read'] as const),
  ...STREAMS.map((type) => [type, 'stream'] as const),
  ...KEYS.map((type) => [type, 'keys'] as const),
]);

/** What a command that nobody has judged does is taken for a write. */
export function commandKind(type: string): CommandKind {
  return KINDS.get(type) ?? 'write';
}

/** Does it leave the home as it is? */
export function isReadCommand(type: string): boolean {
  return commandKind(type) !== 'write';
}
