import { Fault } from '@hub/core/fault.ts';
import { localTime } from './local-time.ts';

const HOUR_MS = 3_600_000;
const UNIT_MS: Readonly<Record<string, number>> = { h: HOUR_MS, d: 24 * HOUR_MS, w: 168 * HOUR_MS, m: 720 * HOUR_MS };

/**
 * `24h`, `7d`, `2w`, `1m` (30 days) before now, `now`, or an ISO time; one without an offset is in the home's zone.
 * @throws Fault VALIDATION_INVALID_PARAMETER
 */
export function parseMoment(text: string, parameter: string, timeZone: string, now = new Date()): Date {
  const given = text.trim();
  if (given.toLowerCase() === 'now') return now;
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*([hdwm])$/i.exec(given) ?? [];
  const instant =
    amount !== undefined && unit !== undefined
      ? new Date(now.getTime() - Number(amount) * (UNIT_MS[unit.toLowerCase()] ?? 0))
      : parseIso(given, timeZone);
  if (instant && !Number.isNaN(instant.getTime())) return instant;
  throw new Fault('VALIDATION_INVALID_PARAMETER', `\`${parameter}\`: '${text}' is no time.`, {
    suggestion: 'Write a span back from now (24h, 7d, 2w, 1m) or ISO 8601, e.g. 2026-11-22T18:00:00.',
    context: { parameter, value: text },
  });
}

function parseIso(text: string, timeZone: string): Date | undefined {
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?(Z|[+-]\d\d:?\d\d)?$/i.exec(text);
  if (!match) return undefined;
  const [, date, time = '00:00:00', offset] = match;
  if (offset !== undefined) return new Date(`${date}T${time}${offset}`);
  const asUtc = new Date(`${date}T${time}Z`);
  if (Number.isNaN(asUtc.getTime())) return undefined;
  // Twice, as the zone's offset at the first guess may be that of the other side of a clock change.
  const guess = new Date(asUtc.getTime() - offsetMs(asUtc, timeZone));
  return new Date(asUtc.getTime() - offsetMs(guess, timeZone));
}

function offsetMs(at: Date, timeZone: string): number {
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(localTime(at.toISOString(), timeZone)) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
}
