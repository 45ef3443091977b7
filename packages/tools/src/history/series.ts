import type { StatisticPeriod, StatisticType } from '@hub/ha/history.ts';
import { readHistory, readStatistics, readStatisticsMetadata } from '@hub/ha/history.ts';
import type { View } from '@hub/ha/view.ts';
import { byteSize, fitting, MAX_ROWS_BYTES } from '../shared/fit.ts';
import { localTime } from '../shared/local-time.ts';
import { page } from '../shared/page.ts';

export interface HistoryQuery {
  readonly start: Date;
  readonly end: Date;
  readonly order: 'asc' | 'desc';
  readonly limit: number;
  readonly offset: number;
  readonly withAttributes: boolean;
  readonly onlySignificant: boolean;
  readonly period: StatisticPeriod;
  /** None: all there are. */
  readonly types: readonly StatisticType[];
  /** Statistics: other units than the home's own, by unit class. */
  readonly units: Readonly<Record<string, string>> | undefined;
  /** History: begin with the state at the start. */
  readonly withStart: boolean;
}

type Row = Readonly<Record<string, unknown>>;

/** One page of what one entity was. */
export interface Series {
  readonly entityId: string;
  readonly key: 'states' | 'statistics';
  readonly rows: readonly Row[];
  readonly block: ReturnType<typeof page>['block'];
  readonly unit: string | undefined;
  readonly warnings: readonly string[];
}

/** Every change; the oldest row tells the state at the start and may be older. @throws Fault COMPONENT_NOT_INSTALLED */
export async function rawHistory(
  home: View,
  ids: readonly string[],
  query: HistoryQuery,
  signal: AbortSignal,
): Promise<readonly Series[]> {
  const { withAttributes, onlySignificant, withStart } = query;
  const [history, states] = await Promise.all([
    readHistory(home, ids, query, { withAttributes, onlySignificant, withStart, signal }),
    home.states(),
  ]);
  return ids.map((entityId): Series => {
    const all = history.get(entityId) ?? [];
    const { items, block } = ordered(all, query);
    const unit = states.get(entityId)?.attributes['unit_of_measurement'];
    return {
      ...{ entityId, key: 'states', block, unit: typeof unit === 'string' ? unit : undefined },
      rows: items.map(({ state, attributes, lastChangedMs, lastUpdatedMs }) => ({
        state,
        last_changed: new Date(lastChangedMs).toISOString(),
        last_updated: new Date(lastUpdatedMs).toISOString(),
        ...(withAttributes ? { attributes: attributes ?? {} } : {}),
      })),
      warnings: all.length > 0 ? [] : [`${entityId}: nothing was recorded in this period.`],
    };
  });
}

/** Figures per period, times in the home's zone. @throws Fault COMPONENT_NOT_INSTALLED */
export async function statistics(
  home: View,
  ids: readonly string[],
  query: HistoryQuery,
  signal: AbortSignal,
): Promise<readonly Series[]> {
  const [rows, metadata] = await Promise.all([
    readStatistics(home, ids, query, { period: query.period, types: query.types, units: query.units, signal }),
    readStatisticsMetadata(home, ids, { signal }),
  ]);
  const { timeZone } = home.info;
  const local = (ms: unknown) => localTime(new Date(Number(ms)).toISOString(), timeZone);
  return ids.map((entityId): Series => {
    const known = metadata.find((one) => one.statistic_id === entityId);
    const { items, block } = ordered(rows.get(entityId) ?? [], query);
    const unit =
      query.units?.[known?.unit_class ?? ''] ??
      known?.['display_unit_of_measurement'] ??
      known?.statistics_unit_of_measurement;
    return {
      ...{ entityId, key: 'statistics', block, unit: typeof unit === 'string' ? unit : undefined },
      rows: items.map(({ start, end, last_reset: reset, ...figures }) => ({
        ...{ start: local(start), end: local(end) },
        ...Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== null)),
        ...(typeof reset === 'number' ? { last_reset: local(reset) } : {}),
      })),
      warnings: known ? [] : [`${entityId} keeps no statistics, as it has no state_class; use source history.`],
    };
  });
}

/** What is known of an entity that is not there: nothing. */
export function noSeries(entityId: string, query: HistoryQuery, source: 'history' | 'statistics'): Series {
  const key = source === 'history' ? 'states' : 'statistics';
  return { entityId, key, rows: [], block: page([], query.offset, query.limit).block, unit: undefined, warnings: [] };
}

function ordered<T>(oldestFirst: readonly T[], { order, offset, limit }: HistoryQuery) {
  return page(order === 'asc' ? oldestFirst : oldestFirst.toReversed(), offset, limit);
}

/** Shortens the pages of long series until all fit into one answer; short ones stay whole. */
export function fitted(series: readonly Series[]): readonly Series[] {
  const sizes = new Map(series.map((one) => [one, one.rows.reduce((sum, row) => sum + byteSize(row), 0)]));
  const smallestFirst = [...sizes].sort(([, a], [, b]) => a - b).map(([one]) => one);
  const rows = new Map<Series, Series['rows']>();
  // Each series also says what it is and where it goes on.
  let room = MAX_ROWS_BYTES - series.length * 300;
  smallestFirst.forEach((one, at) => {
    const kept = fitting(one.rows, room / (smallestFirst.length - at));
    rows.set(one, kept);
    room -= kept.reduce((sum, row) => sum + byteSize(row), 0);
  });
  return series.map((one) => shortened(one, rows.get(one) ?? one.rows, series.length === 1));
}

function shortened(one: Series, rows: Series['rows'], isAlone: boolean): Series {
  const count = rows.length;
  if (count === one.rows.length) return one;
  const next = one.block.offset + count;
  const goOn = isAlone ? `continue at offset ${next}` : 'ask for it alone to see more';
  return {
    ...one,
    rows,
    block: { ...one.block, count, has_more: true, next_offset: next },
    warnings: [
      ...one.warnings,
      `${one.entityId}: ${count} of ${one.block.total_count} rows fit into the answer; ${goOn}.`,
    ],
  };
}
