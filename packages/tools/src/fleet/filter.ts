import { FLEET_STATES, type FleetFilter } from '@hub/core/fleet-filter.ts';
import { z } from 'zod';
import { stringList } from '../shared/parameters.ts';

/** Which homes: all that is given must hold. */
export const fleetFilterParameters = {
  homes: stringList('names or slugs, in part').optional(),
  tag: z.string().optional(),
  country: z.string().optional(),
  region: z.string().optional(),
  state: z.enum(FLEET_STATES).optional(),
  core_older_than: z.string().optional(),
  no_backup_for_days: z.number().min(0).optional(),
  has_updates: z.boolean().optional(),
  has_problems: z.boolean().optional(),
};

const shape = z.strictObject(fleetFilterParameters);

/** The same as one parameter; on the wire it says only where they are listed. */
export const whereParameter = z
  .record(z.string(), z.unknown())
  .pipe(shape)
  .default({})
  .describe('filters of ha_fleet_status');

export function fleetFilter({ homes: names, ...asked }: z.output<typeof shape>): FleetFilter {
  return {
    ...{ names, tag: asked.tag, country: asked.country, region: asked.region, state: asked.state },
    ...{ coreOlderThan: asked.core_older_than, noBackupForDays: asked.no_backup_for_days },
    ...{ hasUpdates: asked.has_updates, hasProblems: asked.has_problems },
  };
}
