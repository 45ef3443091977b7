import { listStatistics, type StatisticMetadata } from '@hub/ha/history.ts';
import type { EntityState } from '@hub/ha/records.ts';
import type { ToolContext } from '../define.ts';
import { nearestIds } from '../shared/entity-not-found.ts';
import { type FieldKind, LISTS, shapeOf } from './entry-fields.ts';
import { isEntry } from './shape-errors.ts';

const MAX_SUGGESTED = 5;
const MAX_LISTED = 40;

const TOTAL = ['total', 'total_increasing'];

interface Need {
  readonly deviceClasses: readonly string[];
  readonly stateClasses: readonly string[];
  /** As the recorder files the units of statistics that belong to no entity. */
  readonly unitClasses: readonly string[];
  /** The dashboard does not look at the device_class; it only says what to suggest. */
  readonly isAnyDevice?: true;
}

/** What the energy dashboard asks of each statistic. Source: HA `components/energy/validate.py`. */
const NEEDS: Readonly<Partial<Record<FieldKind, Need>>> = {
  energy: { deviceClasses: ['energy'], stateClasses: TOTAL, unitClasses: ['energy'] },
  gas: { deviceClasses: ['gas', 'energy'], stateClasses: TOTAL, unitClasses: ['volume', 'energy'] },
  water: { deviceClasses: ['water'], stateClasses: TOTAL, unitClasses: ['volume'] },
  power: { deviceClasses: ['power'], stateClasses: ['measurement'], unitClasses: ['power'] },
  flow: { deviceClasses: ['volume_flow_rate'], stateClasses: ['measurement'], unitClasses: ['volume_flow_rate'] },
  cost: { deviceClasses: ['monetary'], stateClasses: TOTAL, unitClasses: [], isAnyDevice: true },
  charge: { deviceClasses: ['battery'], stateClasses: ['measurement'], unitClasses: [], isAnyDevice: true },
};

/** What there is to choose from; read once for a call. */
export interface Statistics {
  readonly states: ReadonlyMap<string, EntityState>;
  /** Kept by the recorder, by id; those of entities that this connector does not see are left out. */
  readonly kept: ReadonlyMap<string, StatisticMetadata>;
}

export async function readStatisticsAtHand({ home, signal }: ToolContext): Promise<Statistics> {
  const [states, all] = await Promise.all([home.states(), listStatistics(home, { signal })]);
  const seen = all.filter(({ statistic_id: id }) => id.includes(':') || states.has(id));
  return { states, kept: new Map(seen.map((one) => [one.statistic_id, one])) };
}

/** Ids that fit, in order: `{ energy: [{statistic_id, unit}], power: … }`; kinds without any are left out. */
export function fittingByKind(
  statistics: Statistics,
): Record<string, readonly { statistic_id: string; unit: string | null }[]> {
  const rows = Object.entries(NEEDS).map(([kind, need]) => {
    // Gas is metered in energy here and there; listed are meters of gas.
    const usual = { ...need, deviceClasses: need.deviceClasses.slice(0, 1), unitClasses: need.unitClasses.slice(0, 1) };
    const ids = fitting(statistics, usual).slice(0, MAX_LISTED);
    return [kind, ids.map((id) => ({ statistic_id: id, unit: unitOf(statistics, id) }))] as const;
  });
  return Object.fromEntries(rows.filter(([, ids]) => ids.length > 0));
}

export function unitOf({ states, kept }: Statistics, id: string): string | null {
  const unit = states.get(id)?.attributes['unit_of_measurement'] ?? kept.get(id)?.statistics_unit_of_measurement;
  return typeof unit === 'string' ? unit : null;
}

export interface NamedStatistic {
  readonly path: string;
  readonly kind: FieldKind;
  readonly id: string;
}

/** Each statistic or price entity that the lists name. */
export function statisticsIn(config: Readonly<Record<string, unknown>>): NamedStatistic[] {
  return LISTS.flatMap((list) => {
    const entries: unknown = config[list];
    if (!Array.isArray(entries)) return [];
    return entries.flatMap((entry: unknown, at) => (isEntry(entry) ? named(entry, list, `${list}[${at}]`) : []));
  });
}

function named(entry: Readonly<Record<string, unknown>>, list: (typeof LISTS)[number], path: string): NamedStatistic[] {
  const fields = Object.entries(shapeOf(list, entry)?.fields ?? {});
  return fields.flatMap(([field, kind]) => {
    const id = entry[field];
    return typeof id === 'string' && (kind === 'price' || kind in NEEDS)
      ? [{ path: `${path}.${field}`, kind, id }]
      : [];
  });
}

/** What the dashboard would not show, each with ids that would do instead. */
export function doubts(statistics: Statistics, wanted: readonly NamedStatistic[]): string[] {
  return wanted.flatMap(({ path, kind, id }) => {
    const problem = problemOf(statistics, kind, id);
    if (problem === undefined) return [];
    const better = kind === 'price' ? nearestIds(id, statistics.states.keys()) : suggested(statistics, kind, id);
    const advice = better.length > 0 ? ` Fitting: ${better.join(', ')}.` : ' This home has none that fits.';
    return [`${path}: ${problem}.${advice}`];
  });
}

function problemOf({ states, kept }: Statistics, kind: FieldKind, id: string): string | undefined {
  const state = states.get(id);
  if (kind === 'price') return state ? undefined : `there is no entity ${id}`;
  const need = NEEDS[kind];
  if (!need) return undefined;
  if (state) return classProblem(need, id, state);
  return kept.has(id) ? undefined : `there is no statistic ${id} in this home`;
}

function classProblem({ deviceClasses, stateClasses, isAnyDevice }: Need, id: string, { attributes }: EntityState) {
  const { device_class: device, state_class: state } = attributes;
  if (!isAnyDevice && !deviceClasses.some((one) => one === device))
    return `${id} has ${word('device_class', device)}, and ${deviceClasses.join(' or ')} is needed`;
  const isReset = state === 'measurement' && 'last_reset' in attributes;
  if (!isReset && !stateClasses.some((one) => one === state))
    return `${id} has ${word('state_class', state)}, and ${stateClasses.join(' or ')} is needed`;
  return undefined;
}

/** A class is one word; whatever else a home puts there is not repeated. */
function word(name: string, value: unknown): string {
  if (value === undefined || value === null) return `no ${name}`;
  return typeof value === 'string' && /^[a-z_]{1,40}$/.test(value) ? `${name} ${value}` : `another ${name}`;
}

function suggested(statistics: Statistics, kind: FieldKind, id: string): string[] {
  const need = NEEDS[kind];
  if (!need) return [];
  const all = fitting(statistics, need);
  const near = nearestIds(id, all);
  return [...new Set([...near, ...all])].slice(0, MAX_SUGGESTED);
}

function fitting({ states, kept }: Statistics, need: Need): string[] {
  const own = [...states.values()].filter(
    ({ attributes }) =>
      need.deviceClasses.some((one) => one === attributes['device_class']) &&
      need.stateClasses.some((one) => one === attributes['state_class']),
  );
  const others = [...kept.values()].filter(
    ({ statistic_id: id, unit_class: unit, has_sum: hasSum }) =>
      id.includes(':') &&
      need.unitClasses.some((one) => one === unit) &&
      hasSum === need.stateClasses.includes('total'),
  );
  return [...own.map((state) => state.entity_id), ...others.map((one) => one.statistic_id)].sort();
}
