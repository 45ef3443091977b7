import { FLEET_STATES } from '@hub/core/fleet-filter.ts';
import { z } from 'zod';

const text = z.string().optional();
const days = z.coerce.number({ error: 'is a number of days' }).min(0).optional();
const state = z.enum(FLEET_STATES, { error: `is one of ${FLEET_STATES.join(', ')}` }).optional();
const flag = z.enum(['true', 'false'], { error: 'is true or false' }).optional();

/** Which homes; all that is given must hold. */
export const fleetFlags = [
  ['--home <name...>', 'name or slug, in part'],
  ['--tag <tag>', ''],
  ['--country <country>', ''],
  ['--region <region>', ''],
  ['--state <state>', FLEET_STATES.join(' | ')],
  ['--core-older-than <version>', 'such as 2026.10'],
  ['--no-backup-for-days <days>', ''],
  ['--has-updates <bool>', 'true or false'],
  ['--has-problems <bool>', 'true or false'],
] as const;

export const fleetOptions = {
  ...{ home: z.array(z.string()).optional(), tag: text, country: text, region: text, state },
  ...{ coreOlderThan: text, noBackupForDays: days, hasUpdates: flag, hasProblems: flag },
};
