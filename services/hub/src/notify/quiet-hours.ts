import type { QuietHours } from '@hub/db/notices.ts';

const DAY_MIN = 24 * 60;

/** Milliseconds until quiet hours end by the clock of the zone; 0 outside of them. Asked again at the end, as clocks change. */
export function quietForMs(quiet: QuietHours | undefined, timeZone: string, now: Date): number {
  if (!quiet || quiet.from === quiet.until) return 0;
  const at = minuteOfDay(now, timeZone);
  const isQuiet =
    quiet.from < quiet.until ? at >= quiet.from && at < quiet.until : at >= quiet.from || at < quiet.until;
  if (!isQuiet) return 0;
  return ((quiet.until - at + DAY_MIN) % DAY_MIN) * 60_000 - (now.getTime() % 60_000);
}

function minuteOfDay(now: Date, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const [hour = 0, minute = 0] = parts.format(now).split(':').map(Number);
  return hour * 60 + minute;
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
