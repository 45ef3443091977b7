import type { Period } from '@hub/ha/calendar.ts';
import { invalidParameter } from '../shared/invalid-parameter.ts';
import { localTime } from '../shared/local-time.ts';

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i;
const DAY_MS = 86_400_000;

/** One moment as the caller wrote it. */
export interface Moment {
  /** A date, or a time: `2026-11-25T10:00:00`, with the offset when one was given. */
  readonly text: string;
  readonly isDate: boolean;
  readonly hasOffset: boolean;
}

/** @throws Fault VALIDATION_INVALID_PARAMETER for anything but a date or a time of ISO 8601 */
export function readMoment(parameter: string, given: string): Moment {
  const text = given.trim();
  if (isRealDate(text)) return { text, isDate: true, hasOffset: false };
  const [, date, hours, minutes, seconds = '00', offset = ''] = TIME.exec(text) ?? [];
  const isReal = date !== undefined && isRealDate(date) && Number(hours) < 24 && Number(minutes) < 60;
  if (!isReal || Number(seconds) > 59) {
    throw invalidParameter(
      parameter,
      `'${given}' is no date and no time.`,
      'Write 2026-11-25 for a whole day, or 2026-11-25T10:00:00 for a time of the home (an offset such as +01:00 may follow).',
      { value: given },
    );
  }
  const zone = offset.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2').toUpperCase();
  return { text: `${date}T${hours}:${minutes}:${seconds}${zone}`, isDate: false, hasOffset: zone !== '' };
}

/**
 * Start and end of an event as Home Assistant takes them: both dates, or both times with one offset or none.
 * @throws Fault VALIDATION_INVALID_PARAMETER
 */
export function eventPeriod(start: Moment, end: Moment, timeZone: string): Period {
  if (start.isDate !== end.isDate) {
    throw invalidParameter(
      'end',
      '`start` and `end` are a date and a time.',
      'Give two dates for whole days, or two times.',
      {
        start: start.text,
        end: end.text,
      },
    );
  }
  const period = sameZone(start, end, timeZone);
  if (instant(period.start) < instant(period.end)) return period;
  const fix = start.isDate
    ? `The end of whole days is excluded: for that one day give ${nextDay(start.text)}.`
    : 'Give a later end.';
  throw invalidParameter('end', `${end.text} is not after the start, ${start.text}.`, fix);
}

/** What to ask for when listing: an end that is the start's own date means that day. @throws Fault VALIDATION_INVALID_PARAMETER */
export function listedPeriod(start: Moment, end: Moment, timeZone: string): Period {
  const until = start.isDate && end.text === start.text ? { ...end, text: nextDay(end.text) } : end;
  const period = sameZone(start, until, timeZone);
  if (instant(period.start) <= instant(period.end)) return { start: midnight(period.start), end: midnight(period.end) };
  throw invalidParameter('end', `${end.text} is before the start, ${start.text}.`, 'Give a later end.');
}

/** Home Assistant refuses two offsets in one event; they differ already across a change of the clocks. */
function sameZone(start: Moment, end: Moment, timeZone: string): Period {
  if (start.hasOffset && end.hasOffset) return { start: inUtc(start.text), end: inUtc(end.text) };
  const local = ({ text, hasOffset }: Moment) => (hasOffset ? localTime(text, timeZone).slice(0, 19) : text);
  return { start: local(start), end: local(end) };
}

/** `2026-11-25` is the midnight at which that day begins. */
export function midnight(text: string): string {
  return DATE.test(text) ? `${text}T00:00:00` : text;
}

/** A date of the calendar: neither 2026-02-30 nor 2026-13-01. */
function isRealDate(text: string): boolean {
  const [, year, month, day] = DATE.exec(text) ?? [];
  if (year === undefined) return false;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day) && Number(year) > 0;
}

/** Only for comparing two texts of the same zone. */
function instant(text: string): number {
  return Date.parse(/Z$/.test(text) ? text : `${midnight(text)}Z`);
}

function inUtc(text: string): string {
  return new Date(text).toISOString().replace('.000Z', 'Z');
}

function nextDay(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
}
