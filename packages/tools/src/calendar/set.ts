import type { EventFields, EventRef, Period } from '@hub/ha/calendar.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { invalidParameter } from '../shared/invalid-parameter.ts';
import { previewParameter, successShape } from '../shared/parameters.ts';
import { changeEvent } from './change-event.ts';
import { eventPeriod, readMoment } from './event-time.ts';
import { findCalendar } from './find-calendar.ts';
import { eventRef } from './find-event.ts';
import { makeEvent } from './make-event.ts';

const input = z.strictObject({
  entity_id: z.string().describe('e.g. calendar.family'),
  summary: z.string().describe('the title'),
  start: z.string().describe("2026-11-25T10:00:00 in the home's zone (an offset may follow), or a date for whole days"),
  end: z.string().describe('like start; a date is excluded, so one day ends on the next'),
  description: z.string().optional(),
  location: z.string().optional(),
  rrule: z.string().optional().describe('repeats, e.g. FREQ=WEEKLY;BYDAY=MO;COUNT=10'),
  uid: z.string().optional().describe('the event to change; leave out to create'),
  recurrence_id: z.string().optional().describe('with uid: one event of a series'),
  recurrence_range: z.string().optional().describe("with recurrence_id: 'THISANDFUTURE' changes all later ones too"),
  preview: previewParameter,
});

type Input = z.infer<typeof input>;

/** Source: HA `calendar/event/create` and `update`. */
export const tool = defineTool({
  name: 'ha_config_set_calendar_event',
  title: 'Create or Update Calendar Event',
  docs: 'Creates an event, with rrule a series; with uid it changes the event there is: give summary, start and end again, what else is left out stays. uid and recurrence_id come from ha_config_get_calendar_events. For tasks without a fixed time use ha_set_todo_item.',
  tags: ['Calendar'],
  scope: 'home',
  effect: 'control',
  input,
  output: z.strictObject({
    ...successShape,
    entity_id: z.string(),
    event: z.looseObject({ summary: z.string(), start: z.string(), end: z.string() }),
    /** The event as the calendar shows it. */
    result: z.looseObject({}).nullable(),
    uid: z.string().nullable(),
    message: z.string(),
    partial: z.literal(true).optional(),
  }),
  targets: ({ entity_id }) => [{ action: 'calendar.create_event', selector: { entity_id } }],
  items: ({ entity_id, uid, summary }) => [{ kind: 'calendar_event', id: `${entity_id}/${uid ?? summary}` }],
  async run(call, context) {
    const { entity_id: entityId } = call;
    const { home } = context;
    const ref = refOf(call);
    const fields = fieldsOf(call, context);
    await findCalendar(home, entityId, 'VALIDATION_FAILED');
    const { shown, warnings } = ref
      ? await changeEvent(context, entityId, ref, fields)
      : await makeEvent(context, entityId, fields);
    const { dtstart, dtend, ...rest } = fields;
    const unproven = shown ? [] : ['Home Assistant took it, but the calendar does not show it after 10 s.'];
    const all = [...unproven, ...warnings];
    return {
      success: true as const,
      entity_id: entityId,
      event: {
        summary: rest.summary,
        start: dtstart,
        end: dtend,
        description: rest.description ?? null,
        location: rest.location ?? null,
        rrule: rest.rrule ?? null,
      },
      result: shown ?? null,
      uid: shown?.uid ?? ref?.uid ?? null,
      message: `${ref ? 'Changed' : 'Created'} the event in ${entityId}.`,
      ...(all.length > 0 ? { warnings: all } : {}),
      ...(shown ? {} : { partial: true as const }),
    };
  },
});

function refOf({ uid, recurrence_id, recurrence_range }: Input): EventRef | undefined {
  if (uid !== undefined) return eventRef({ uid, recurrence_id, recurrence_range });
  if (recurrence_id === undefined && recurrence_range === undefined) return undefined;
  throw invalidParameter('uid', 'it is missing, and without it `recurrence_id` and `recurrence_range` name nothing.', [
    'Give the uid of the event to change.',
    'Leave all three out to create an event.',
  ]);
}

function fieldsOf(call: Input, { home }: ToolContext): EventFields {
  const summary = call.summary.trim();
  if (summary === '') throw invalidParameter('summary', 'it is empty.', 'Give the event a title.');
  const [start, end] = [readMoment('start', call.start), readMoment('end', call.end)];
  const period: Period = eventPeriod(start, end, home.info.timeZone);
  const rrule = call.rrule?.trim().replace(/^RRULE:/i, '') || undefined;
  const { description, location } = call;
  return { summary, dtstart: period.start, dtend: period.end, description, location, rrule };
}
