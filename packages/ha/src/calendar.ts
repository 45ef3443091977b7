import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';
import { requestJson } from './http.ts';
import type { WaitOptions } from './wait-for.ts';
import { waitForPush } from './wait-for-push.ts';

const edgeSchema = z.looseObject({ date: z.string().optional(), dateTime: z.string().optional() });
const eventSchema = z.looseObject({
  summary: z.string().nullish(),
  start: edgeSchema,
  end: edgeSchema,
  description: z.string().nullish(),
  location: z.string().nullish(),
  uid: z.string().nullish(),
  /** Names one of a series, by the time the rule gave it: `20270111T100000`. */
  recurrence_id: z.string().nullish(),
  rrule: z.string().nullish(),
});

/** One event, or one of a series, as Home Assistant lists it. */
export type CalendarEvent = z.infer<typeof eventSchema>;

/** ISO 8601; without an offset in the home's own time zone. What touches it counts, its end excluded. */
export interface Period {
  readonly start: string;
  readonly end: string;
}

/** Fields of HA `WEBSOCKET_EVENT_SCHEMA`: two dates make it last whole days, the end excluded. */
export interface EventFields {
  readonly summary: string;
  readonly dtstart: string;
  readonly dtend: string;
  readonly description?: string | undefined;
  readonly location?: string | undefined;
  readonly rrule?: string | undefined;
}

/** An event by its uid; with a recurrence id one of its series, with the range that one and all later ones. */
export interface EventRef {
  readonly uid: string;
  readonly recurrenceId?: string | undefined;
  readonly isWithLater?: boolean | undefined;
}

/** In order of time; a series is spelled out. Source: HA REST `/api/calendars/<entity>`. @throws Fault VALIDATION_FAILED for an unknown calendar (its answer is an empty 400) */
export async function listEvents(
  home: Home,
  entityId: string,
  { start, end }: Period,
  options: CallOptions = {},
): Promise<readonly CalendarEvent[]> {
  const path = `/api/calendars/${encodeURIComponent(entityId)}`;
  return z.array(eventSchema).parse(await requestJson(home, { method: 'GET', path, query: { start, end } }, options));
}

/** Home Assistant does not tell the new event's uid. Source: HA `calendar/event/create`. @throws Fault */
export async function createEvent(
  home: Home,
  entityId: string,
  event: EventFields,
  options: CallOptions = {},
): Promise<void> {
  await write(home, { type: 'calendar/event/create', entity_id: entityId, event: given(event) }, options);
}

/** A calendar of Home Assistant's own keeps what `event` leaves out; others may not. Source: HA `calendar/event/update`. @throws Fault SERVICE_CALL_FAILED for an unknown uid */
export async function updateEvent(
  home: Home,
  entityId: string,
  ref: EventRef,
  event: EventFields,
  options: CallOptions = {},
): Promise<void> {
  const command = { type: 'calendar/event/update', entity_id: entityId, ...refFields(ref), event: given(event) };
  await write(home, command, options);
}

/** Source: HA `calendar/event/delete`. @throws Fault SERVICE_CALL_FAILED for an unknown uid */
export async function removeEvent(
  home: Home,
  entityId: string,
  ref: EventRef,
  options: CallOptions = {},
): Promise<void> {
  await write(home, { type: 'calendar/event/delete', entity_id: entityId, ...refFields(ref) }, options);
}

/** True once the events of the period are as wanted, now or by a push; false as waitForPush says. Source: HA `calendar/event/subscribe`. */
export function waitForEvents(
  home: Home,
  entityId: string,
  period: Period,
  isWanted: (events: readonly CalendarEvent[]) => boolean,
  options: WaitOptions,
): Promise<boolean> {
  const { signal } = options;
  const look = async () => isWanted(await listEvents(home, entityId, period, signal ? { signal } : {}));
  return waitForPush(home, { type: 'calendar/event/subscribe', entity_id: entityId, ...period }, look, options);
}

function refFields({ uid, recurrenceId, isWithLater }: EventRef) {
  return {
    uid,
    ...(recurrenceId === undefined ? {} : { recurrence_id: recurrenceId }),
    ...(isWithLater ? { recurrence_range: 'THISANDFUTURE' } : {}),
  };
}

function given(event: EventFields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined));
}

async function write(home: Home, command: Parameters<Home['send']>[0], options: CallOptions): Promise<void> {
  try {
    await home.send(command, { ...options, isWrite: true });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const code = error.context['ha_error_code'];
    if (code !== 'not_supported' && code !== 'failed') throw error;
    const suggestion =
      code === 'not_supported'
        ? 'This calendar can only be read through Home Assistant; use another one, or its own app.'
        : 'Read the events again: uid, and recurrence_id for one of a series, must be as the calendar lists them.';
    throw new Fault(error.code, error.message, { suggestion, context: error.context, cause: error });
  }
}
