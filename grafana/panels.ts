/** What a figure is, in Grafana's names for units. */
export type Unit = 's' | 'bytes' | 'percentunit' | 'short' | 'ops' | 'reqps' | 'none';

export interface Query {
  readonly expr: string;
  /** What the line is called; `{{label}}` stands for the value of a label. */
  readonly legend?: string;
  /** The last value alone, for tables and single figures. */
  readonly isInstant?: boolean;
  /** Shows traces as points on the line. */
  readonly hasExemplars?: boolean;
}

/** A value from which a colour holds. */
export interface Step {
  readonly color: 'green' | 'yellow' | 'red';
  readonly from: number;
}

export interface Panel {
  readonly title: string;
  readonly about: string;
  readonly width: number;
  readonly height: number;
  /** The panel as Grafana reads it, without place and number. */
  readonly body: Readonly<Record<string, unknown>>;
}

interface Looks {
  readonly title: string;
  readonly about: string;
  readonly unit: Unit;
  readonly steps?: readonly Step[];
  readonly width?: number;
  /** The page of docs/runbooks that says what to do. */
  readonly runbook?: string;
}

/** The data source that a variable of the dashboard chooses. */
function chosen(type: string, variable: string) {
  return { type, uid: `\${${variable}}` };
}

export const METRICS = chosen('prometheus', 'metrics');
const HOMES = chosen('grafana-postgresql-datasource', 'homes');
const TRACES = chosen('tempo', 'traces');

/** Lines over time. */
export function lines(looks: Looks, ...queries: readonly Query[]): Panel {
  return measured('timeseries', 8, looks, queries, {
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
  });
}

/** One figure as it is now. */
export function figure(looks: Looks, query: Query): Panel {
  const options = { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'value', graphMode: 'area' };
  return measured('stat', 4, { width: 6, ...looks }, [query], { options });
}

/** One row per combination of labels, one column per query. */
export function columns(looks: Looks, by: string, queries: Readonly<Record<string, string>>): Panel {
  const names = Object.keys(queries);
  const targets = names.map((name, at) => ({
    ...target({ expr: queries[name] ?? '', isInstant: true }, at),
    format: 'table',
  }));
  // Grafana numbers the columns of several queries alone.
  const columnOf = (at: number) => (names.length === 1 ? 'Value' : `Value #${letter(at)}`);
  const renameByName = Object.fromEntries(names.map((name, at) => [columnOf(at), name]));
  return panel('table', 10, { width: 24, ...looks }, METRICS, targets, {
    transformations: [
      { id: 'joinByField', options: { byField: by, mode: 'outer' } },
      { id: 'organize', options: { excludeByName: excludedTimes(names.length), renameByName } },
    ],
  });
}

/** Rows that name homes, read from PostgreSQL. */
export function homeRows(looks: Omit<Looks, 'unit'>, sql: string): Panel {
  const target = { refId: 'A', datasource: HOMES, editorMode: 'code', format: 'table', rawQuery: true, rawSql: sql };
  return panel('table', 9, { unit: 'none', width: 24, ...looks }, HOMES, [target], {});
}

/** Traces that can be opened. */
export function traceRows(looks: Omit<Looks, 'unit'>, query: string): Panel {
  const target = { refId: 'A', datasource: TRACES, queryType: 'traceql', query, limit: 20, tableType: 'traces' };
  return panel('table', 9, { unit: 'none', width: 24, ...looks }, TRACES, [target], {});
}

function measured(type: string, height: number, looks: Looks, queries: readonly Query[], extra: object): Panel {
  return panel(type, height, looks, METRICS, queries.map(target), extra);
}

function panel(
  type: string,
  height: number,
  { title, about, unit, steps, width = 12, runbook }: Looks,
  datasource: object,
  targets: readonly object[],
  extra: object,
): Panel {
  const links =
    runbook === undefined ? [] : [{ title: 'Runbook', url: `\${runbooks}/${runbook}.md`, targetBlank: true }];
  const body = {
    type,
    title,
    description: about,
    datasource,
    links,
    targets,
    fieldConfig: fieldsOf(unit, steps),
    ...extra,
  };
  return { title, about, width, height, body };
}

function fieldsOf(unit: Unit, steps: readonly Step[] | undefined): object {
  const [first, ...rest] = steps ?? [{ color: 'green', from: 0 }];
  const thresholds = {
    mode: 'absolute',
    steps: [{ color: first?.color, value: null }, ...rest.map(({ color, from }) => ({ color, value: from }))],
  };
  const custom = steps === undefined ? {} : { custom: { thresholdsStyle: { mode: 'line' } } };
  return { defaults: { unit, min: 0, thresholds, ...custom }, overrides: [] };
}

function target({ expr, legend, isInstant = false, hasExemplars = false }: Query, at: number) {
  return {
    refId: letter(at),
    datasource: METRICS,
    expr,
    legendFormat: legend ?? '',
    instant: isInstant,
    range: !isInstant,
    exemplar: hasExemplars,
  };
}

function excludedTimes(queries: number): Record<string, boolean> {
  const names = ['Time', ...Array.from({ length: queries }, (_, at) => `Time ${at + 1}`)];
  return Object.fromEntries(names.map((name) => [name, true]));
}

function letter(at: number): string {
  return String.fromCharCode(65 + at);
}
