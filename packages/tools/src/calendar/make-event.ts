import { type CalendarEvent, createEvent, type EventFields, listEvents, waitForEvents } from '@hub/ha/calendar.ts';
import type { ToolContext } from '../define.ts';
import { midnight } from './event-time.ts';
import { plannedEvent } from './planned-event.ts';

const DAY_MS = 86_400_000;
const WAIT_MS = 10_000;
/** A rule may put the first event of a series after its start: a yearly one, up to a year. */
const SERIES_DAYS = 370;

/** The event as written, and as the calendar shows it; undefined when that did not show in 10 s. */
export interface WrittenEvent {
  readonly shown: CalendarEvent | undefined;
  readonly warnings: readonly string[];
}

/** Home Assistant tells nothing about an event it made, so it is known as the one that was not there before. */
export async function makeEvent(
  { home, edits, signal }: ToolContext,
  entityId: string,
  fields: EventFields,
): Promise<WrittenEvent> {
  const period = { start: midnight(fields.dtstart), end: fields.rrule ? seriesEnd(fields) : midnight(fields.dtend) };
  const known = new Set((await listEvents(home, entityId, period, { signal })).map(keyOf));
  const newcomer = (events: readonly CalendarEvent[]) =>
    events.find((event) => event.summary === fields.summary && !known.has(keyOf(event)));
  let shown: CalendarEvent | undefined;
  await edits.change({
    item: { kind: 'calendar_event', id: `${entityId}/${fields.summary}` },
    async read() {
      shown = newcomer(await listEvents(home, entityId, period, { signal }));
      return shown;
    },
    async write() {
      await createEvent(home, entityId, fields, { signal });
      const isWanted = (events: readonly CalendarEvent[]) => newcomer(events) !== undefined;
      await waitForEvents(home, entityId, period, isWanted, { deadlineMs: WAIT_MS, signal });
    },
    plan: () => plannedEvent(fields),
    idOf: () => (shown?.uid ? `${entityId}/${shown.uid}` : undefined),
  });
  return { shown, warnings: [] };
}

function seriesEnd({ dtend }: EventFields): string {
  const isUtc = dtend.endsWith('Z');
  const end = Date.parse(isUtc ? dtend : `${midnight(dtend)}Z`) + SERIES_DAYS * DAY_MS;
  return new Date(end).toISOString().slice(0, 19) + (isUtc ? 'Z' : '');
}

function keyOf({ uid, recurrence_id: recurrenceId, summary, start, end }: CalendarEvent): string {
  return JSON.stringify([uid, recurrenceId, uid ? null : [summary, start, end]]);
}
