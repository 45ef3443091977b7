import { offsetAt } from '@hub/core/zone-clock.ts';
import { z } from 'zod';

const TIME_KEYS = new Set(['last_changed', 'last_updated', 'last_reported', 'when', 'last_triggered']);

export const timedShape = {
  metadata: z.object({ home_assistant_timezone: z.string(), timestamp_format: z.string(), note: z.string() }),
};

/** The wrapper of every time-stamped read: times in the home's own zone, and a note that says so. */
export function timed<T>(data: T, timeZone: string): { data: T; metadata: z.infer<(typeof timedShape)['metadata']> } {
  return {
    data: localize(data, timeZone) as T,
    metadata: {
      home_assistant_timezone: timeZone,
      timestamp_format: 'ISO 8601 with offset',
      note: timeZone === 'UTC' ? 'Times are in UTC.' : `Times are in the home's zone, ${timeZone}.`,
    },
  };
}

function localize(value: unknown, timeZone: string): unknown {
  if (timeZone === 'UTC') return value;
  if (Array.isArray(value)) return value.map((one) => localize(one, timeZone));
  if (value === null || typeof value !== 'object') return value;
  const result: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    result[key] =
      TIME_KEYS.has(key) && typeof inner === 'string' ? localTime(inner, timeZone) : localize(inner, timeZone);
  }
  return result;
}

/** `2026-11-22T10:00:00.5+00:00` → `2026-11-22T11:00:00.500+01:00`; what is no time stays as it is. */
export function localTime(iso: string, timeZone: string): string {
  const instant = Date.parse(iso);
  if (Number.isNaN(instant)) return iso;
  const offset = offsetAt(instant, timeZone);
  return `${new Date(instant + offset.ms).toISOString().slice(0, -1)}${offset.text}`;
}
