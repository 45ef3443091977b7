import {
  type CalendarEvent,
  createEvent,
  type EventFields,
  type EventRef,
  listEvents,
  type Period,
  removeEvent,
  updateEvent,
  waitForEvents,
} from '@hub/ha/calendar.ts';
import { findEvent, pickEvent, searchedPeriod } from '../calendar/find-event.ts';
import { localTime } from '../shared/local-time.ts';
import { type Applied, type Applier, type ItemContext, omit, type Row, rowOf } from './applier.ts';

const WAIT_MS = 10_000;

/** The id is `<calendar>/<uid>`. `covers` of a kept event says how much of a series the change touched. */
export const calendarApplier: Applier = {
  essence(item) {
    if (item === undefined) return undefined;
    const row = omit(item, ['uid', 'covers', 'recurrence_id']) ?? {};
    return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null && value !== ''));
  },
  async read(context, key, kept) {
    const [calendar, uid] = split(key);
    const { covers, start } = rowOf(kept);
    const ref = refOf(uid, rowOf(kept));
    const event = await findEvent(context, calendar, ref, searchedPeriod(ref, [edge(start)]));
    return event && covers !== undefined ? { ...event, covers } : event;
  },
  obstacle(wanted, now, left) {
    const covers = rowOf(wanted)['covers'] ?? rowOf(left)['covers'];
    if (wanted === undefined && covers !== undefined)
      return 'what the event was before is not kept: it lay too far from the day of the change.';
    if (covers !== 'later') return undefined;
    if (now !== undefined) return 'the change split the series in two, and Home Assistant has no way to join them.';
    return /COUNT=/i.test(String(rowOf(wanted)['rrule']))
      ? 'the series ends after a number of events, of which the calendar does not tell how many were left.'
      : undefined;
  },
  async write(context, key, wanted, now) {
    const { home, signal } = context;
    const [calendar, uid] = split(key);
    if (wanted === undefined) {
      await removeEvent(home, calendar, { uid }, { signal });
      const ref = { uid };
      const period = searchedPeriod(ref, [edge(rowOf(now)['start'])]);
      await waitForEvents(home, calendar, period, (events) => !pickEvent(events, ref), { deadlineMs: WAIT_MS, signal });
      return {};
    }
    const kept = rowOf(wanted);
    const fields = fieldsOf(kept, home.info.timeZone);
    return now === undefined
      ? make(context, calendar, kept, fields)
      : change(context, calendar, refOf(uid, kept), kept, fields);
  },
};

async function change(
  context: ItemContext,
  calendar: string,
  ref: EventRef,
  kept: Row,
  fields: EventFields,
): Promise<Applied> {
  const { home, signal } = context;
  const period = searchedPeriod(ref, [fields.dtstart]);
  await updateEvent(home, calendar, ref, fields, { signal });
  const isBack = (events: readonly CalendarEvent[]) =>
    events.some(
      (event) =>
        event.uid === ref.uid && event.summary === kept['summary'] && edge(event.start) === edge(kept['start']),
    );
  await waitForEvents(home, calendar, period, isBack, { deadlineMs: WAIT_MS, signal });
  return {};
}

/** Home Assistant gives a new event a uid of its own and does not tell it. */
async function make(context: ItemContext, calendar: string, kept: Row, fields: EventFields): Promise<Applied> {
  const { home, signal } = context;
  const period: Period = searchedPeriod({ uid: '' }, [fields.dtstart, fields.dtend]);
  const known = new Set((await listEvents(home, calendar, period, { signal })).map(({ uid }) => uid));
  let made: CalendarEvent | undefined;
  const isThere = (events: readonly CalendarEvent[]) => {
    made = events.find((event) => event.summary === fields.summary && event.uid && !known.has(event.uid));
    return made !== undefined;
  };
  await createEvent(home, calendar, fields, { signal });
  await waitForEvents(home, calendar, period, isThere, { deadlineMs: WAIT_MS, signal });
  const words = { one: 'as an event of its own, no longer one of the series', later: 'as a series of its own' };
  const word = words[kept['covers'] as keyof typeof words];
  return { id: made && `${calendar}/${made.uid}`, warnings: word ? [`It is back ${word}.`] : [] };
}

function refOf(uid: string, kept: Row): EventRef {
  const id = kept['recurrence_id'];
  return kept['covers'] === 'one' && typeof id === 'string' ? { uid, recurrenceId: id } : { uid };
}

function fieldsOf(kept: Row, timeZone: string): EventFields {
  const text = (key: string) => (typeof kept[key] === 'string' && kept[key] !== '' ? kept[key] : undefined);
  const rrule = kept['covers'] === 'one' ? undefined : text('rrule');
  const at = (key: string) => {
    const given = edge(kept[key]);
    return given.length > 10 ? localTime(given, timeZone).slice(0, 19) : given;
  };
  return {
    summary: text('summary') ?? '',
    ...{ dtstart: at('start'), dtend: at('end'), rrule },
    // An empty text takes away what a change had put there.
    ...{ description: text('description') ?? '', location: text('location') ?? '' },
  };
}

function edge(value: unknown): string {
  const { date, dateTime } = rowOf(value);
  return String(dateTime ?? date ?? '');
}

function split(key: string): readonly [string, string] {
  const at = key.indexOf('/');
  return [key.slice(0, at), key.slice(at + 1)];
}
