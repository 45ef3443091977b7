import { counted } from '@hub/core/counted.ts';
import { listEvents } from '@hub/ha/calendar.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { invalidParameter } from '../shared/invalid-parameter.ts';
import { localTime } from '../shared/local-time.ts';
import { successShape } from '../shared/parameters.ts';
import { listedPeriod, type Moment, readMoment } from './event-time.ts';
import { findCalendar } from './find-calendar.ts';

const WEEK_MS = 7 * 86_400_000;

/** Source: HA REST `/api/calendars/<entity>`. */
export const tool = defineTool({
  name: 'ha_config_get_calendar_events',
  title: 'Get Calendar Events',
  docs: 'Events of one calendar in a period, the next 7 days unless told, each with the uid (and recurrence_id within a series) that changing or removing it needs. Calendars are found with ha_search, domain_filter calendar. For tasks use ha_get_todo.',
  tags: ['Calendar'],
  scope: 'home',
  effect: 'read',
  idempotent: true,
  input: z.strictObject({
    entity_id: z.string().describe('e.g. calendar.family'),
    start: z
      .string()
      .optional()
      .describe("ISO date or time, the home's zone unless an offset follows; now unless given"),
    end: z.string().optional().describe('excluded; 7 days after start unless given'),
    max_results: z.number().int().default(20),
  }),
  output: z.strictObject({
    ...successShape,
    entity_id: z.string(),
    events: z.array(z.looseObject({})),
    count: z.number().int(),
    total_available: z.number().int(),
    time_range: z.strictObject({ start: z.string(), end: z.string() }),
    message: z.string(),
  }),
  async run({ entity_id: entityId, start, end, max_results: most }, { home, signal }) {
    if (most < 1) throw invalidParameter('max_results', `${most} is below 1.`, 'Ask for at least one event.');
    const period = periodOf(start, end, home.info.timeZone);
    await findCalendar(home, entityId, 'VALIDATION_FAILED');
    const all = await listEvents(home, entityId, period, { signal });
    const events = all.slice(0, most);
    const rest = all.length > events.length ? `, the first ${events.length} shown; raise max_results for more` : '';
    return {
      success: true as const,
      entity_id: entityId,
      events,
      count: events.length,
      total_available: all.length,
      time_range: { ...period },
      message: `Found ${counted(all.length, 'event')}${rest}.`,
    };
  },
});

function periodOf(start: string | undefined, end: string | undefined, timeZone: string) {
  const from = start === undefined ? now(timeZone) : readMoment('start', start);
  const to = end === undefined ? weekAfter(from) : readMoment('end', end);
  return listedPeriod(from, to, timeZone);
}

function now(timeZone: string): Moment {
  return { text: localTime(new Date().toISOString(), timeZone).slice(0, 19), isDate: false, hasOffset: false };
}

function weekAfter({ text, isDate, hasOffset }: Moment): Moment {
  if (hasOffset) return { text: new Date(Date.parse(text) + WEEK_MS).toISOString(), isDate, hasOffset };
  const later = new Date(Date.parse(isDate ? `${text}T00:00:00Z` : `${text}Z`) + WEEK_MS).toISOString();
  return { text: later.slice(0, isDate ? 10 : 19), isDate, hasOffset };
}
