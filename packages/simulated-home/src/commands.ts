import { backupCommands } from './backups.ts';
import type { Command } from './command.ts';
import { communityStoreCommands } from './community-store.ts';
import { itemCommands } from './config-items.ts';
import { dashboardCommands } from './dashboards.ts';
import { deviceRegistryCommands } from './device-registry.ts';
import { entityRegistryCommands } from './entity-registry.ts';
import { exposureCommands } from './exposure.ts';
import { helperCommands } from './helper-collections.ts';
import { historyCommands } from './history-commands.ts';
import { logbookCommands } from './logbook-commands.ts';
import { matterCommands } from './matter-commands.ts';
import { registryCommands } from './registry-commands.ts';
import { relatedCommands } from './related.ts';
import { templateCommands } from './render-template.ts';
import { serviceCommands } from './service-commands.ts';
import { stateCommands } from './state-commands.ts';
import { supervisorCommands } from './supervisor-commands.ts';
import { systemCommands } from './system-commands.ts';
import { targetCommands } from './targets.ts';
import { threadCommands } from './thread-commands.ts';
import { zhaCommands } from './zha-commands.ts';
import { zwaveCommands } from './zwave-commands.ts';

/** Every WebSocket command the home knows, by its type. */
export const commands: ReadonlyMap<string, Command> = new Map(
  Object.entries({
    ...backupCommands,
    ...communityStoreCommands,
    ...dashboardCommands,
    ...deviceRegistryCommands,
    ...entityRegistryCommands,
    ...exposureCommands,
    ...helperCommands,
    ...historyCommands,
    ...itemCommands,
    ...logbookCommands,
    ...matterCommands,
    ...registryCommands,
    ...relatedCommands,
    ...serviceCommands,
    ...stateCommands,
    ...supervisorCommands,
    ...systemCommands,
    ...targetCommands,
    ...templateCommands,
    ...threadCommands,
    ...zhaCommands,
    ...zwaveCommands,
  }),
);
