import { Cron } from 'croner';

/** The first tick after a moment by the clock of a zone; undefined for what is no cron line of five fields, or never comes. */
export function nextTick(cron: string, timeZone: string, after: Date): Date | undefined {
  try {
    return new Cron(cron, { timezone: timeZone, mode: '5-part', paused: true }).nextRun(after) ?? undefined;
  } catch {
    return undefined;
  }
}

/** A line that never comes again is asked about once a year. */
const NEVER_MS = 366 * 24 * 3_600_000;

/** The same for a line that was stored once. */
export function nextStart(cron: string, timeZone: string, after: Date): Date {
  return nextTick(cron, timeZone, after) ?? new Date(after.getTime() + NEVER_MS);
}
