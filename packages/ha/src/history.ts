import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';

const rowSchema = z.looseObject({
  s: z.string(),
  a: z.record(z.string(), z.unknown()).optional(),
  /** Float seconds; `lc` is missing when it equals `lu`. */
  lu: z.number(),
  lc: z.number().optional(),
});
const historySchema = z.record(z.string(), z.array(rowSchema));
const statisticSchema = z.looseObject({
  /** Milliseconds. */
  start: z.number(),
  end: z.number(),
  mean: z.number().nullish(),
  min: z.number().nullish(),
  max: z.number().nullish(),
  sum: z.number().nullish(),
  state: z.number().nullish(),
  change: z.number().nullish(),
});
const statisticsSchema = z.record(z.string(), z.array(statisticSchema));
const metadataSchema = z.looseObject({
  statistic_id: z.string(),
  has_sum: z.boolean(),
  statistics_unit_of_measurement: z.string().nullish(),
  unit_class: z.string().nullish(),
});

export interface HistoryRow {
  readonly state: string;
  /** Only where asked for, or where Home Assistant tells them once per entity. */
  readonly attributes: Readonly<Record<string, unknown>> | undefined;
  readonly lastChangedMs: number;
  readonly lastUpdatedMs: number;
}

export interface HistoryPeriod {
  readonly start: Date;
  readonly end?: Date | undefined;
}

export interface HistoryOptions extends CallOptions {
  readonly withAttributes?: boolean;
  /** Changes that somebody would notice; false also gives changes of attributes alone. Default true. */
  readonly onlySignificant?: boolean;
  /** False leaves out the row that tells the state at the start. Default true. */
  readonly withStart?: boolean;
}

/**
 * State changes of the entities, oldest first; the first row is the state at the start and may be older. No paging: keep the period short.
 * @throws Fault COMPONENT_NOT_INSTALLED without the recorder. Source: HA `history/history_during_period`.
 */
export async function readHistory(
  home: Home,
  entityIds: readonly string[],
  { start, end }: HistoryPeriod,
  { withAttributes = false, onlySignificant = true, withStart = true, ...options }: HistoryOptions = {},
): Promise<ReadonlyMap<string, readonly HistoryRow[]>> {
  const answer = await home.send(
    {
      type: 'history/history_during_period',
      start_time: start.toISOString(),
      ...(end ? { end_time: end.toISOString() } : {}),
      entity_ids: entityIds,
      include_start_time_state: withStart,
      significant_changes_only: onlySignificant,
      minimal_response: !withAttributes,
      no_attributes: !withAttributes,
    },
    { ...options, isWrite: false },
  );
  const rows = ([entityId, list]: [string, z.infer<typeof rowSchema>[]]) => [entityId, list.map(rowOf)] as const;
  return new Map(Object.entries(historySchema.parse(answer)).map(rows));
}

export type StatisticPeriod = '5minute' | 'hour' | 'day' | 'week' | 'month' | 'year';
export type StatisticType = 'change' | 'last_reset' | 'max' | 'mean' | 'min' | 'state' | 'sum';
export type StatisticRow = z.infer<typeof statisticSchema>;
export type StatisticMetadata = z.infer<typeof metadataSchema>;

export interface StatisticsOptions extends CallOptions {
  readonly period: StatisticPeriod;
  readonly types?: readonly StatisticType[] | undefined;
  /** By unit class: `{ energy: 'MWh' }`. */
  readonly units?: Readonly<Record<string, string>> | undefined;
}

/** Long-term statistics, oldest first, times in milliseconds. @throws Fault. Source: HA `recorder/statistics_during_period`. */
export async function readStatistics(
  home: Home,
  statisticIds: readonly string[],
  { start, end }: HistoryPeriod,
  { period, types, units, ...options }: StatisticsOptions,
): Promise<ReadonlyMap<string, readonly StatisticRow[]>> {
  const answer = await home.send(
    {
      type: 'recorder/statistics_during_period',
      start_time: start.toISOString(),
      ...(end ? { end_time: end.toISOString() } : {}),
      statistic_ids: statisticIds,
      period,
      ...(types && types.length > 0 ? { types } : {}),
      ...(units ? { units } : {}),
    },
    { ...options, isWrite: false },
  );
  return new Map(Object.entries(statisticsSchema.parse(answer)));
}

/** What there are statistics of, with units. Source: HA `recorder/get_statistics_metadata`. */
export async function readStatisticsMetadata(
  home: Home,
  statisticIds: readonly string[],
  options: CallOptions = {},
): Promise<readonly StatisticMetadata[]> {
  const command = { type: 'recorder/get_statistics_metadata', statistic_ids: statisticIds };
  return z.array(metadataSchema).parse(await home.send(command, { ...options, isWrite: false }));
}

/** All statistics the home keeps, those of no entity (`energy:cost`) included. Source: HA `recorder/list_statistic_ids`. @throws Fault */
export async function listStatistics(home: Home, options: CallOptions = {}): Promise<readonly StatisticMetadata[]> {
  const command = { type: 'recorder/list_statistic_ids' };
  return z.array(metadataSchema).parse(await home.send(command, { ...options, isWrite: false }));
}

function rowOf({ s, a, lu, lc }: z.infer<typeof rowSchema>): HistoryRow {
  return {
    state: s,
    attributes: a,
    lastChangedMs: Math.round((lc ?? lu) * 1_000),
    lastUpdatedMs: Math.round(lu * 1_000),
  };
}
