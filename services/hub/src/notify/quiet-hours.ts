import { instantAt, offsetAt } from '@hub/core/zone-clock.ts';
import type { QuietHours } from '@hub/db/notices.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Milliseconds until quiet hours end by the clock of the zone, also where it changes meanwhile; 0 outside of them. */
export function quietForMs(quiet: QuietHours | undefined, timeZone: string, now: Date): number {
  if (!quiet || quiet.from === quiet.until) return 0;
  const wallMs = now.getTime() + offsetAt(now.getTime(), timeZone).ms;
  const at = Math.floor((wallMs % DAY_MS) / MINUTE_MS);
  const isQuiet =
    quiet.from < quiet.until ? at >= quiet.from && at < quiet.until : at >= quiet.from || at < quiet.until;
  if (!isQuiet) return 0;
  const midnightMs = wallMs - (wallMs % DAY_MS) + (at < quiet.until ? 0 : DAY_MS);
  // In an hour that comes twice the end may have been already: then it is asked again each minute.
  return Math.max(instantAt(midnightMs + quiet.until * MINUTE_MS, timeZone) - now.getTime(), MINUTE_MS);
}

/** `22:00-07:00` as minutes of the day; undefined for anything else. */
export function parseQuietHours(text: string): QuietHours | undefined {
  const match = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (!match) return undefined;
  const [fromHour = 0, fromMinute = 0, untilHour = 0, untilMinute = 0] = match.slice(1).map(Number);
  return { from: fromHour * 60 + fromMinute, until: untilHour * 60 + untilMinute };
}

export function quietText({ from, until }: QuietHours): string {
  const clock = (minute: number) =>
    `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  return `${clock(from)}-${clock(until)}`;
}
