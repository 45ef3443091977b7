import { expect, test } from 'vitest';
import { commandKind, isReadCommand } from './command-kinds.ts';

test.each([
  ...['get_states', 'get_config', 'ping', 'validate_config', 'search/related', 'trace/contexts', 'input_boolean/list'],
  ...['config/area_registry/list', 'config/device_registry/list_composite_splits', 'backup/info', 'backup/details'],
  ...['config/entity_registry/get_entries', 'history/history_during_period', 'recorder/statistics_during_period'],
  ...['automation/config', 'lovelace/config', 'media_player/browse_media', 'extract_from_target', 'zha/devices'],
])('%s only looks', (type) => {
  expect(commandKind(type)).toBe('read');
});

test.each(['render_template', 'subscribe_entities', 'backup/subscribe_events', 'system_health/info', 'tag/subscribe'])(
  '%s only looks, more than once',
  (type) => {
    expect(commandKind(type)).toBe('stream');
    expect(isReadCommand(type)).toBe(true);
  },
);

test.each([
  ...['zha/network/settings', 'zha/network/backups/list', 'otbr/info', 'thread/get_dataset_tlv', 'webhook/list'],
  ...['esphome/get_encryption_key', 'sendspin/get_pairing_token', 'map_tiles/access_token', 'backup/config/info'],
  ...['zwave_js/get_provisioning_entries', 'application_credentials/list', 'media_source/resolve_media'],
])('%s hands out keys', (type) => {
  expect(commandKind(type)).toBe('keys');
});

/** The lower ones have names that look like reads, and do something all the same. */
test.each([
  ...['call_service', 'execute_script', 'fire_event', 'supervisor/api', 'lovelace/config/save', 'backup/generate'],
  ...['config/area_registry/create', 'config/entity_registry/update', 'input_boolean/delete', 'something/new'],
  ...['recorder/update_statistics_metadata', 'recorder/import_statistics', 'auth/long_lived_access_token'],
  ...['todo/item/move', 'hacs/repository/download', 'blueprint/import', 'config/core/update'],
  ...['marketplace/info_new', 'recorder/update_statistics_issues', 'trace/debug/breakpoint/set', 'usb/scan'],
  ...['config_entries/update', 'zwave_js/refresh_node_info', 'insteon/aldb/get', 'insteon/config/get_unknown_devices'],
  ...['ping/../call_service', ' get_states', 'GET_STATES', 'get_states ', 'test_connection', 'subscribe'],
])('%s counts as a write', (type) => {
  expect(isReadCommand(type)).toBe(false);
});
