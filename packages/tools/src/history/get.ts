import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { notThere } from '../shared/entity-not-found.ts';
import { project } from '../shared/fields.ts';
import { invalidParameter } from '../shared/invalid-parameter.ts';
import { localTime, timed, timedShape } from '../shared/local-time.ts';
import { parseMoment } from '../shared/moment.ts';
import { pageShape } from '../shared/page.ts';
import { count, stringList } from '../shared/parameters.ts';
import { contractOf, coreOptions } from './core-options.ts';
import { fitted, type HistoryQuery, noSeries, rawHistory, type Series, statistics } from './series.ts';

const MAX_ENTITIES = 100;
/** Each look for what was meant walks all ids of the home. */
const MAX_LOOKED_FOR = 5;
/** A longer span in months was meant in minutes. */
const MOST_MONTHS = 12;
const DAY_MS = 86_400_000;
/** Home Assistant answers the whole period at once: more than this over several entities is asked in parts. */
const MAX_ENTITY_DAYS = 1_000;

const PERIODS = ['5minute', 'hour', 'day', 'week', 'month', 'year'] as const;
const TYPES = ['mean', 'min', 'max', 'sum', 'state', 'change', 'last_reset'] as const;

const input = z.strictObject({
  entity_ids: stringList('one or several, at most 100'),
  source: z
    .enum(['history', 'statistics'])
    .default('history')
    .describe('history: each change, kept some days; statistics: figures per period, kept for years'),
  start_time: z
    .string()
    .optional()
    .describe('24h, 7d, 2w, 1m back, or ISO; 24h for history, 30d for statistics unless given'),
  end_time: z.string().optional().describe('now unless given'),
  minimal_response: z.boolean().default(true).describe('false adds attributes'),
  significant_changes_only: z.boolean().default(true),
  limit: count(1, 1000).optional().describe('rows per entity, 100 unless given'),
  offset: count(0).optional().describe('with one entity only'),
  period: z.string().default('day').describe('statistics: 5minute, hour, day, week, month, year'),
  statistic_types: stringList('statistics: mean, min, max, sum, state, change').optional(),
  order: z.enum(['asc', 'desc']).default('desc').describe('desc: newest first'),
  fields: stringList('keys of data to keep').optional(),
  include_schema: z.boolean().default(false).describe('adds what core_options may hold'),
  core_options: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("more for Home Assistant, e.g. statistics in other units: {units: {energy: 'MWh'}}"),
});

type Input = z.infer<typeof input>;

const seriesShape = z.looseObject({
  entity_id: z.string(),
  period: z.object({ start: z.string(), end: z.string() }),
  states: z.array(z.looseObject({ state: z.string(), last_changed: z.string(), last_updated: z.string() })).optional(),
  statistics: z.array(z.looseObject({ start: z.string(), end: z.string() })).optional(),
  unit_of_measurement: z.string().optional(),
  ...pageShape,
});

/** Sources: HA `history/history_during_period`, `recorder/statistics_during_period`. */
export const tool = defineTool({
  name: 'ha_get_history',
  title: 'Get Entity History or Statistics',
  docs: 'Past states of entities (source history), or means, extremes and sums per hour, day or month (source statistics; sensors with a state_class only), e.g. energy per day. Newest first. For what happened in words use ha_get_logs; for the present ha_get_state.',
  tags: ['History & Statistics'],
  scope: 'home',
  effect: 'read',
  idempotent: true,
  input,
  output: z.object({
    data: z.looseObject({ entities: z.array(seriesShape).optional(), warnings: z.array(z.string()).optional() }),
    ...timedShape,
  }),
  async run(call, context) {
    const { timeZone } = context.home.info;
    checkCall(call);
    const query = queryOf(call, timeZone);
    const { known, unknown, warnings } = await knownIds(context, call);
    const read = call.source === 'history' ? rawHistory : statistics;
    const found = known.length === 0 ? [] : fitted(await read(context.home, known, query, context.signal));
    const series = [...found, ...unknown.map((id) => noSeries(id, query, call.source))];
    const start = localTime(query.start.toISOString(), timeZone);
    const end = localTime(query.end.toISOString(), timeZone);
    const all = [...monthsInsteadOfMinutes(call), ...warnings, ...series.flatMap((one) => one.warnings)];
    const body = {
      success: true,
      source: call.source,
      entities: series.map((one) => rowOf(one, { start, end })),
      ...(call.source === 'history'
        ? { period: { start, end } }
        : {
            ...{ period_type: call.period, time_range: { start, end } },
            statistic_types: query.types.length > 0 ? query.types : TYPES.filter((type) => type !== 'last_reset'),
          }),
      query_params: paramsOf(call, query),
      ...(call.include_schema ? { core_contract: contractOf(call.source) } : {}),
      ...(all.length > 0 ? { warnings: all } : {}),
    };
    return timed(project(body, call.fields, ['core_contract']), timeZone);
  },
});

/** `30m` reads as thirty months, which nobody means. */
function monthsInsteadOfMinutes({ start_time: start = '', end_time: end = '' }: Input): string[] {
  return [start, end].flatMap((text) => {
    const months = Number(/^\s*(\d+)\s*m\s*$/i.exec(text)?.[1] ?? 0);
    const warning = `${text.trim()} was read as ${months} months; for minutes write parts of an hour, e.g. 0.5h, or a time.`;
    return months > MOST_MONTHS ? [warning] : [];
  });
}

function rowOf({ entityId, key, rows, block, unit }: Series, period: { readonly start: string; readonly end: string }) {
  return {
    ...{ entity_id: entityId, period, ...block, [key]: rows },
    ...(unit === undefined ? {} : { unit_of_measurement: unit }),
  };
}

function paramsOf(call: Input, { limit, offset, order }: HistoryQuery) {
  const shared = { limit, offset, order };
  return call.source === 'history'
    ? { minimal_response: call.minimal_response, significant_changes_only: call.significant_changes_only, ...shared }
    : { period: call.period, statistic_types: call.statistic_types ?? null, ...shared };
}

function queryOf(call: Input, timeZone: string): HistoryQuery {
  const end = call.end_time === undefined ? new Date() : parseMoment(call.end_time, 'end_time', timeZone);
  const days = call.source === 'history' ? 1 : 30;
  const start =
    call.start_time === undefined
      ? new Date(end.getTime() - days * DAY_MS)
      : parseMoment(call.start_time, 'start_time', timeZone);
  if (start >= end)
    throw invalidParameter('start_time', 'start_time does not lie before end_time.', 'Swap or correct the two.', {
      start_time: localTime(start.toISOString(), timeZone),
      end_time: localTime(end.toISOString(), timeZone),
    });
  const entityDays = (call.entity_ids.length * (end.getTime() - start.getTime())) / DAY_MS;
  if (call.source === 'history' && call.entity_ids.length > 1 && entityDays > MAX_ENTITY_DAYS) {
    throw invalidParameter('start_time', `${call.entity_ids.length} entities over this period are too much at once.`, [
      'Ask for fewer entities or a shorter period.',
      'For long periods use source statistics.',
    ]);
  }
  return {
    ...{ start, end, order: call.order, limit: call.limit ?? 100, offset: call.offset ?? 0 },
    ...{ withAttributes: !call.minimal_response, onlySignificant: call.significant_changes_only },
    period: PERIODS.find((one) => one === call.period) ?? 'day',
    types: TYPES.filter((one) => call.statistic_types?.includes(one)),
    ...coreOptions(call.source, call.core_options),
  };
}

function checkCall({ entity_ids: ids, source, offset = 0, period, statistic_types: given }: Input): void {
  const types = given ?? [];
  if (ids.length === 0)
    throw new Fault('VALIDATION_MISSING_PARAMETER', '`entity_ids`: the list is empty.', {
      suggestion: 'Name at least one entity; ha_search finds them.',
      context: { parameter: 'entity_ids' },
    });
  if (ids.length > MAX_ENTITIES)
    throw invalidParameter('entity_ids', `at most ${MAX_ENTITIES} in one call, got ${ids.length}.`, 'Split the list.');
  if (offset > 0 && ids.length > 1)
    throw invalidParameter('offset', 'works with one entity only.', 'Ask for that entity alone to see more of it.');
  if (source !== 'statistics') return;
  if (!PERIODS.some((one) => one === period))
    throw invalidParameter('period', `'${period}' is no period.`, `Use one of ${PERIODS.join(', ')}.`, {
      valid_periods: PERIODS,
    });
  const unknown = types.filter((type) => !TYPES.some((one) => one === type));
  if (unknown.length > 0 || given?.length === 0)
    throw invalidParameter(
      'statistic_types',
      given?.length === 0 ? 'the list is empty.' : `there is no ${unknown.join(', ')}.`,
      `Use some of ${TYPES.join(', ')}.`,
      {
        valid_types: TYPES,
      },
    );
}

/** What this connector sees, or statistics that belong to no entity (`energy:cost`); nothing is read of the others. */
async function knownIds({ home }: ToolContext, { entity_ids: given, source }: Input) {
  const [states, entities] = await Promise.all([home.states(), home.entities()]);
  const ids = [...new Set(given)];
  const isKnown = (id: string) => states.has(id) || entities.has(id) || (source === 'statistics' && id.includes(':'));
  const unknown = ids.filter((id) => !isKnown(id));
  const warnings = unknown.map((id, at) => notThere(id, at < MAX_LOOKED_FOR ? states.keys() : []));
  return { known: ids.filter(isKnown), unknown, warnings };
}
