import { expect, test } from 'vitest';
import { isReadCommand } from './command-kinds.ts';

test.each([
  ...['get_states', 'get_config', 'ping', 'render_template', 'validate_config', 'subscribe_entities', 'search/related'],
  ...[
    'config/area_registry/list',
    'config/device_registry/list_composite_splits',
    'config/entity_registry/get_entries',
  ],
  ...[
    'backup/info',
    'backup/details',
    'backup/subscribe_events',
    'system_health/info',
    'trace/contexts',
    'cloud/status',
  ],
  ...['history/history_during_period', 'recorder/statistics_during_period', 'recorder/get_statistics_metadata'],
  ...['automation/config', 'lovelace/config', 'auth/current_user', 'media_player/browse_media', 'extract_from_target'],
])('%s only looks', (type) => {
  expect(isReadCommand(type)).toBe(true);
});

test.each([
  ...[
    'call_service',
    'execute_script',
    'fire_event',
    'supervisor/api',
    'lovelace/config/save',
    'lovelace/config/delete',
  ],
  ...['config/area_registry/create', 'config/entity_registry/update', 'input_boolean/delete', 'backup/generate'],
  ...[
    'recorder/update_statistics_metadata',
    'recorder/import_statistics',
    'auth/long_lived_access_token',
    'todo/item/move',
  ],
  ...['hacs/repository/download', 'blueprint/import', 'config/core/update', 'something/new'],
])('%s counts as a write', (type) => {
  expect(isReadCommand(type)).toBe(false);
});
