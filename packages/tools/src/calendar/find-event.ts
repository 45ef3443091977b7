import { type CalendarEvent, type EventRef, listEvents, type Period } from '@hub/ha/calendar.ts';
import type { ToolContext } from '../define.ts';
import { invalidParameter } from '../shared/invalid-parameter.ts';

const DAY_MS = 86_400_000;
/** Home Assistant gives events by time alone, so one is looked for this far around today. */
const REACH_DAYS = 366;
const STAMP = /^(\d{4})(\d{2})(\d{2})(?:T\d{6}Z?)?$/;

export interface GivenRef {
  readonly uid: string;
  readonly recurrence_id?: string | undefined;
  readonly recurrence_range?: string | undefined;
}

/**
 * Home Assistant takes an unknown range for a single event, and a range without a recurrence id for the whole series.
 * @throws Fault VALIDATION_INVALID_PARAMETER
 */
export function eventRef({ uid, recurrence_id, recurrence_range }: GivenRef): EventRef {
  if (uid.trim() === '')
    throw invalidParameter('uid', 'it is empty.', 'Take it from ha_config_get_calendar_events.', { value: uid });
  const recurrenceId = recurrence_id?.trim() || undefined;
  const range = recurrence_range?.trim().toUpperCase() || 'NONE';
  if (range !== 'NONE' && range !== 'THISANDFUTURE') {
    throw invalidParameter(
      'recurrence_range',
      `'${recurrence_range}' is no range.`,
      "Use 'THISANDFUTURE' for that event and all later ones; leave it out for that event alone.",
    );
  }
  if (range === 'THISANDFUTURE' && recurrenceId === undefined) {
    throw invalidParameter(
      'recurrence_range',
      'it needs a `recurrence_id`.',
      'Say from which event of the series on; for the whole series leave both out.',
    );
  }
  return { uid: uid.trim(), recurrenceId, isWithLater: range === 'THISANDFUTURE' };
}

/** Where to look for it: a year around today, widened to what the reference and `also` say. */
export function searchedPeriod({ recurrenceId = '' }: EventRef, also: readonly string[] = []): Period {
  const [, year, month, day] = STAMP.exec(recurrenceId) ?? [];
  const others = [...also, ...(year === undefined ? [] : [`${year}-${month}-${day}`])];
  const times = others.map((text) => Date.parse(text.slice(0, 10))).filter((time) => !Number.isNaN(time));
  const today = Date.now();
  return {
    start: dayOf(Math.min(today - REACH_DAYS * DAY_MS, ...times.map((time) => time - 2 * DAY_MS))),
    end: dayOf(Math.max(today + REACH_DAYS * DAY_MS, ...times.map((time) => time + 2 * DAY_MS))),
  };
}

function dayOf(time: number): string {
  return `${new Date(time).toISOString().slice(0, 10)}T00:00:00`;
}

/** The event itself; of a whole series the first that still follows its rule. */
export function pickEvent(
  events: readonly CalendarEvent[],
  { uid, recurrenceId }: EventRef,
): CalendarEvent | undefined {
  const own = events.filter((event) => event.uid === uid);
  if (recurrenceId !== undefined) return own.find((event) => event.recurrence_id === recurrenceId);
  return own.find((event) => event.rrule) ?? own[0];
}

export async function findEvent(
  { home, signal }: Pick<ToolContext, 'home' | 'signal'>,
  entityId: string,
  ref: EventRef,
  period: Period,
): Promise<CalendarEvent | undefined> {
  return pickEvent(await listEvents(home, entityId, period, { signal }), ref);
}

/** How much of a series a change touched; a single event is a whole of one. */
export type Covers = 'one' | 'later' | 'whole';

function coversOf({ recurrenceId, isWithLater }: EventRef): Covers {
  if (recurrenceId === undefined) return 'whole';
  return isWithLater ? 'later' : 'one';
}

/** An event as edits keep it: without `covers` nothing could tell a changed event of a series from a changed series. */
export function keptEvent(event: CalendarEvent | undefined, ref: EventRef) {
  return event && { ...event, covers: coversOf(ref) };
}
