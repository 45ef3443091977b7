import { instantAt, offsetAt } from '@hub/core/zone-clock.ts';
import { BEGIN_AHEAD_DAYS, BEGIN_LATE_MS } from '../api/field-shapes.ts';
import { UsageError } from './failure.ts';
import { durationMs } from './when-text.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

const CLOCK = /^(\d{1,2}):(\d{2})$/;
const DATE = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?(Z|[+-]\d{2}:\d{2})?$/;

/**
 * `02:30`: the next time a clock in that zone shows it. `2026-12-01T02:30`: by that clock, or by its own offset. `+2h`: from now.
 * In milliseconds. @throws UsageError also for what is past or too far ahead to be kept
 */
export function atTime(text: string, timeZone: string, nowMs: number): number {
  const moment = readTime(text, timeZone, nowMs);
  if (moment < nowMs - BEGIN_LATE_MS) throw new UsageError(`--at ${text} is in the past`);
  if (moment > nowMs + BEGIN_AHEAD_DAYS * DAY_MS) {
    throw new UsageError(`--at ${text} is more than ${BEGIN_AHEAD_DAYS} days away`);
  }
  return moment;
}

function readTime(text: string, timeZone: string, nowMs: number): number {
  if (text.startsWith('+')) return nowMs + durationMs(text.slice(1), '--at +…');
  const [, hours, minutes] = CLOCK.exec(text) ?? [];
  if (hours !== undefined) return nextClock(Number(hours), Number(minutes), timeZone, nowMs);
  const [, day, time, seconds = ':00', offset] = DATE.exec(text) ?? [];
  const wallMs = Date.parse(`${day}T${time}${seconds}Z`);
  // A day that the month does not have becomes one of the next.
  if (Number.isNaN(wallMs) || !new Date(wallMs).toISOString().startsWith(`${day}T${time}`)) throw unreadable();
  if (offset === undefined) return instantAt(wallMs, timeZone);
  const moment = Date.parse(`${day}T${time}${seconds}${offset}`);
  // An offset that no clock has.
  if (Number.isNaN(moment)) throw unreadable();
  return moment;
}

function nextClock(hours: number, minutes: number, timeZone: string, nowMs: number): number {
  if (hours > 23 || minutes > 59) throw unreadable();
  const today = Math.floor((nowMs + offsetAt(nowMs, timeZone).ms) / DAY_MS) * DAY_MS;
  const on = (midnight: number) => instantAt(midnight + (hours * 60 + minutes) * MINUTE_MS, timeZone);
  return on(today) > nowMs ? on(today) : on(today + DAY_MS);
}

function unreadable(): UsageError {
  return new UsageError('--at wants a time such as 02:30, 2026-12-01T02:30 or +2h');
}
