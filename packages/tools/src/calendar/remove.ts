import { removeEvent, waitForEvents } from '@hub/ha/calendar.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { previewParameter, successShape } from '../shared/parameters.ts';
import { findCalendar } from './find-calendar.ts';
import { eventRef, findEvent, keptEvent, pickEvent, searchedPeriod } from './find-event.ts';

const WAIT_MS = 10_000;

/** Source: HA `calendar/event/delete`. */
export const tool = defineTool({
  name: 'ha_config_remove_calendar_event',
  title: 'Remove Calendar Event',
  docs: "Removes an event by the uid that ha_config_get_calendar_events shows. Of a series: with recurrence_id that one event, with recurrence_range 'THISANDFUTURE' it and all later ones, without recurrence_id the whole series.",
  tags: ['Calendar'],
  scope: 'home',
  effect: 'control',
  idempotent: true,
  input: z.strictObject({
    entity_id: z.string().describe('e.g. calendar.family'),
    uid: z.string(),
    recurrence_id: z.string().optional().describe('one event of a series'),
    recurrence_range: z.string().optional().describe("'THISANDFUTURE', with recurrence_id"),
    preview: previewParameter,
  }),
  output: z.strictObject({
    ...successShape,
    entity_id: z.string(),
    uid: z.string(),
    recurrence_id: z.string().nullable(),
    recurrence_range: z.string().nullable(),
    /** The event that was removed. */
    result: z.looseObject({}).nullable(),
    message: z.string(),
    partial: z.literal(true).optional(),
  }),
  targets: ({ entity_id }) => [{ action: 'calendar.delete_event', selector: { entity_id } }],
  items: ({ entity_id, uid }) => [{ kind: 'calendar_event', id: `${entity_id}/${uid}` }],
  async run(call, context) {
    const { entity_id: entityId } = call;
    const { home, edits, signal } = context;
    const ref = eventRef(call);
    await findCalendar(home, entityId, 'ENTITY_NOT_FOUND');
    const period = searchedPeriod(ref);
    const { before, after } = await edits.change({
      item: { kind: 'calendar_event', id: `${entityId}/${ref.uid}` },
      read: async () => keptEvent(await findEvent(context, entityId, ref, period), ref),
      plan: () => undefined,
      async write(was) {
        await removeEvent(home, entityId, ref, { signal });
        if (was === undefined) return;
        const isWanted = (events: Parameters<typeof pickEvent>[0]) => pickEvent(events, ref) === undefined;
        await waitForEvents(home, entityId, period, isWanted, { deadlineMs: WAIT_MS, signal });
      },
    });
    const isGone = after === undefined;
    const { covers: _, ...was } = z.looseObject({}).parse(before ?? {});
    const removed = before === undefined ? null : was;
    const warnings = [
      ...(isGone ? [] : ['Home Assistant took the removal, but the calendar still shows the event after 10 s.']),
      ...(removed ? [] : ['The event lies more than a year away: what it was is not kept.']),
    ];
    return {
      success: true as const,
      entity_id: entityId,
      uid: ref.uid,
      recurrence_id: ref.recurrenceId ?? null,
      recurrence_range: ref.isWithLater ? 'THISANDFUTURE' : null,
      result: removed,
      message: `Removed ${whatWas(ref, removed)} from ${entityId}.`,
      ...(warnings.length > 0 ? { warnings } : {}),
      ...(isGone ? {} : { partial: true as const }),
    };
  },
});

function whatWas(ref: ReturnType<typeof eventRef>, removed: Readonly<Record<string, unknown>> | null): string {
  if (ref.isWithLater) return 'that event of the series and all later ones';
  if (ref.recurrenceId !== undefined) return 'that one event of the series';
  return removed?.['rrule'] ? 'the whole series' : 'the event';
}
