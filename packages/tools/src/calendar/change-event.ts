import {
  type CalendarEvent,
  type EventFields,
  type EventRef,
  listEvents,
  updateEvent,
  waitForEvents,
} from '@hub/ha/calendar.ts';
import type { ToolContext } from '../define.ts';
import { localTime } from '../shared/local-time.ts';
import { keptEvent, pickEvent, searchedPeriod } from './find-event.ts';
import type { WrittenEvent } from './make-event.ts';
import { plannedEvent } from './planned-event.ts';

const WAIT_MS = 10_000;

/**
 * Changes an event or a part of a series. What `fields` leaves out is sent along as it stands, for calendars that replace the
 * whole event; the rule is not, because a series that is split has another one afterwards.
 */
export async function changeEvent(
  { home, edits, signal }: ToolContext,
  entityId: string,
  ref: EventRef,
  fields: EventFields,
): Promise<WrittenEvent> {
  const period = searchedPeriod(ref, [fields.dtstart, fields.dtend]);
  const was = pickEvent(await listEvents(home, entityId, period, { signal }), ref);
  const whole = {
    ...fields,
    description: fields.description ?? was?.description ?? undefined,
    location: fields.location ?? was?.location ?? undefined,
  };
  const changed = (events: readonly CalendarEvent[]) =>
    events.find((event) => event.uid === ref.uid && isAsWritten(event, whole, home.info.timeZone));
  let shown: CalendarEvent | undefined;
  let isWritten = false;
  await edits.change({
    item: { kind: 'calendar_event', id: `${entityId}/${ref.uid}` },
    async read() {
      const events = await listEvents(home, entityId, period, { signal });
      if (!isWritten) return keptEvent(pickEvent(events, ref), ref);
      shown = changed(events);
      return keptEvent(shown ?? pickEvent(events, ref), ref);
    },
    plan: (before) => ({ ...(before as CalendarEvent | undefined), ...plannedEvent(whole) }),
    async write() {
      isWritten = true;
      await updateEvent(home, entityId, ref, whole, { signal });
      const isWanted = (events: readonly CalendarEvent[]) => changed(events) !== undefined;
      await waitForEvents(home, entityId, period, isWanted, { deadlineMs: WAIT_MS, signal });
    },
  });
  return { shown, warnings: was ? [] : ['The event lay more than a year away: what it was before is not kept.'] };
}

function isAsWritten(event: CalendarEvent, fields: EventFields, timeZone: string): boolean {
  const isSameText = (shown: string | null | undefined, given: string | undefined) =>
    given === undefined || (shown ?? '') === given;
  return (
    event.summary === fields.summary &&
    isSameText(event.description, fields.description) &&
    isSameText(event.location, fields.location) &&
    isSameEdge(event.start, fields.dtstart, timeZone) &&
    isSameEdge(event.end, fields.dtend, timeZone)
  );
}

function isSameEdge({ date, dateTime }: CalendarEvent['start'], given: string, timeZone: string): boolean {
  if (dateTime === undefined) return date === given;
  if (given.endsWith('Z')) return Date.parse(dateTime) === Date.parse(given);
  return localTime(dateTime, timeZone).slice(0, 19) === given;
}
