import { z } from 'zod';

const text = z.string().optional();
const days = z.coerce.number({ error: 'is a number of days' }).min(0).optional();
const flag = z.enum(['true', 'false'], { error: 'is true or false' }).optional();

/** Which homes; all that is given must hold. */
export const fleetFlags = [
  ['--home <name...>', 'name or slug, in part'],
  ['--tag <tag>', ''],
  ['--country <country>', ''],
  ['--region <region>', ''],
  ['--state <state>', 'running | starting | offline | reauth_required | banned | unknown'],
  ['--core-older-than <version>', 'such as 2026.10'],
  ['--no-backup-for-days <days>', ''],
  ['--has-updates <bool>', 'true or false'],
  ['--has-problems <bool>', 'true or false'],
] as const;

export const fleetOptions = {
  ...{ home: z.array(z.string()).optional(), tag: text, country: text, region: text, state: text },
  ...{ coreOlderThan: text, noBackupForDays: days, hasUpdates: flag, hasProblems: flag },
};
