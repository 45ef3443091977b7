import { type Commands, command } from './command.ts';
import { type Curve, curveNumber, curveState } from './curve.ts';
import { type HomeModel, pythonTime } from './home-model.ts';
import { idsOf, type Json, textOf } from './read.ts';
import type { StateRecord } from './template.ts';

export interface HistoryRow {
  readonly state: string;
  readonly attributes: Json;
  readonly atMs: number;
}

export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

const gridMs = 300_000;
const mostRows = 5000;

export function spanOf(message: Json): Span {
  const startMs = Date.parse(textOf(message['start_time']));
  const endMs = message['end_time'] === undefined ? Date.now() : Date.parse(textOf(message['end_time']));
  return { startMs, endMs: Math.min(endMs, Date.now()) };
}

/** Times at which a curve is sampled: its start, then every five minutes (pulses every minute), bounded in number. */
function gridTimes(curve: Curve, { startMs, endMs }: Span): number[] {
  const wanted = curve.kind === 'pulse' ? 60_000 : gridMs;
  const stepMs = Math.max(wanted, Math.ceil((endMs - startMs) / mostRows / wanted) * wanted);
  const times = [startMs];
  for (let at = Math.floor(startMs / stepMs) * stepMs + stepMs; at <= endMs; at += stepMs) times.push(at);
  return times;
}

/** Samples up to the last time the sensor moved, then what it shows since. */
function curveRows(curve: Curve, { entity_id, state, attributes, updatedMs }: StateRecord, span: Span): HistoryRow[] {
  const row = (atMs: number) => ({ state: curveState(curve, entity_id, atMs), attributes, atMs });
  const rows = gridTimes(curve, { ...span, endMs: Math.min(span.endMs, updatedMs - 1) }).map(row);
  return updatedMs > span.endMs ? rows : [...rows, { state, attributes, atMs: Math.max(span.startMs, updatedMs) }];
}

/** What one entity was, oldest first; the first row tells the state at the start. Curves speak for the past, recorded changes for what was done here. */
export function historyOf(home: HomeModel, entityId: string, span: Span): HistoryRow[] {
  const record = home.states.get(entityId);
  const curve = home.template.curves.get(entityId);
  const changes = home.changes.filter((change) => change.entityId === entityId);
  const first = changes[0]?.old ?? changes[0]?.now ?? record;
  if (first === undefined || span.endMs < span.startMs) return [];
  const attributes = record?.attributes ?? first.attributes;
  const begun = { state: first.state, attributes, atMs: span.startMs };
  const known = curve === undefined || record === undefined ? [begun] : curveRows(curve, record, span);
  for (const { now } of changes) {
    if (now === undefined || now.updatedMs > span.endMs) continue;
    known.push({ state: now.state, attributes: now.attributes, atMs: Math.max(span.startMs, now.updatedMs) });
  }
  const sorted = known.sort((one, other) => one.atMs - other.atMs);
  return sorted.filter(
    (row, at) => at === 0 || row.state !== sorted[at - 1]?.state || row.attributes !== sorted[at - 1]?.attributes,
  );
}

function compressed(home: HomeModel, entityId: string, message: Json): Json[] {
  const isBare = message['no_attributes'] === true;
  const isMinimal = message['minimal_response'] === true;
  return historyOf(home, entityId, spanOf(message)).map(({ state, attributes, atMs }, at) => {
    const shown = isBare || (isMinimal && at > 0) ? {} : { a: attributes };
    return { s: state, ...(isBare ? { a: {} } : shown), lu: atMs / 1000 };
  });
}

const periods: Readonly<Record<string, number>> = {
  '5minute': gridMs,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
  month: 2_629_800_000,
  year: 31_557_600_000,
};

function statisticsRow(curve: Curve, id: string, startMs: number, endMs: number): Json {
  if (curve.kind === 'meter') {
    const state = curveNumber(curve, id, endMs);
    return { state, sum: state, change: state - curveNumber(curve, id, startMs) };
  }
  const stepMs = Math.max(gridMs, (endMs - startMs) / 48);
  const samples: number[] = [];
  for (let at = startMs; at < endMs; at += stepMs) samples.push(curveNumber(curve, id, at));
  const mean = samples.reduce((sum, one) => sum + one, 0) / samples.length;
  return { mean, min: Math.min(...samples), max: Math.max(...samples) };
}

const statisticTypes = ['state', 'max', 'last_reset', 'sum', 'mean', 'min', 'change'];

/** Statistics of sensors that have a curve; others have none, like sensors without a state class. */
function statisticsOf(home: HomeModel, id: string, message: Json): Json[] {
  const curve = home.template.curves.get(id);
  if (curve === undefined || curve.kind === 'pulse') return [];
  const { startMs, endMs } = spanOf(message);
  const periodMs = periods[textOf(message['period'])] ?? gridMs;
  const types = message['types'] === undefined ? statisticTypes : idsOf(message['types']);
  const rows: Json[] = [];
  for (
    let at = Math.ceil(startMs / periodMs) * periodMs;
    at + periodMs <= endMs && rows.length < mostRows;
    at += periodMs
  ) {
    const row = statisticsRow(curve, id, at, at + periodMs);
    // Every asked type is a column; those a sensor does not keep are null.
    rows.push({ start: at, end: at + periodMs, ...Object.fromEntries(types.map((type) => [type, row[type] ?? null])) });
  }
  return rows;
}

const unitClasses: Readonly<Record<string, string>> = {
  '°C': 'temperature',
  W: 'power',
  kWh: 'energy',
  'm³': 'volume',
};

function statisticId(home: HomeModel, statistic_id: string, curve: Curve): Json {
  const unit = home.states.get(statistic_id)?.attributes['unit_of_measurement'] ?? null;
  const isMeter = curve.kind === 'meter';
  const kind = { has_mean: !isMeter, mean_type: isMeter ? 0 : 1, has_sum: isMeter };
  const unit_class = unitClasses[textOf(unit)] ?? null;
  const units = { display_unit_of_measurement: unit, statistics_unit_of_measurement: unit, unit_class };
  return { statistic_id, ...kind, name: null, source: 'recorder', ...units };
}

function statisticIds(home: HomeModel): Json[] {
  const measured = [...home.template.curves].filter(([, curve]) => curve.kind !== 'pulse');
  return measured.filter(([id]) => home.states.has(id)).map(([id, curve]) => statisticId(home, id, curve));
}

/** Rows as REST `/api/history/period` gives them. */
export function restHistory(home: HomeModel, ids: readonly string[], span: Span): Json[][] {
  const row = (entity_id: string, { state, attributes, atMs }: HistoryRow): Json => {
    const at = pythonTime(atMs);
    return { entity_id, state, attributes, last_changed: at, last_updated: at };
  };
  return ids.map((id) => historyOf(home, id, span).map((one) => row(id, one))).filter((rows) => rows.length > 0);
}

const statisticsKeys = 'start_time! end_time statistic_ids! period! types units';

export const historyCommands: Commands = {
  'history/history_during_period': command(
    'start_time! end_time entity_ids! minimal_response no_attributes significant_changes_only include_start_time_state',
    ({ home, message }) => {
      const rows = idsOf(message['entity_ids']).map((id) => [id, compressed(home, id, message)] as const);
      return Object.fromEntries(rows.filter(([, list]) => list.length > 0));
    },
  ),
  'recorder/statistics_during_period': command(statisticsKeys, ({ home, message }) => {
    const rows = idsOf(message['statistic_ids']).map((id) => [id, statisticsOf(home, id, message)] as const);
    return Object.fromEntries(rows.filter(([, list]) => list.length > 0));
  }),
  'recorder/list_statistic_ids': command('statistic_type', ({ home }) => statisticIds(home)),
  'recorder/get_statistics_metadata': command('statistic_ids', ({ home, message }) => {
    const wanted = new Set(idsOf(message['statistic_ids']));
    return statisticIds(home).filter((row) => wanted.size === 0 || wanted.has(textOf(row['statistic_id'])));
  }),
  'recorder/info': command('', () => ({
    backlog: 0,
    db_in_default_location: true,
    max_backlog: 65_000,
    migration_in_progress: false,
    migration_is_live: false,
    recording: true,
    thread_running: true,
  })),
};
