import { type Registry as AnyRegistry, Counter, Gauge, Histogram, type OpenMetricsContentType } from 'prom-client';

/** The one format that carries exemplars. */
type Registry = AnyRegistry<OpenMetricsContentType>;

/** What a value outside its closed set becomes, so that text from outside can never make a new series. */
export const OTHER = '_OTHER';

/** The value itself when the set knows it, else `_OTHER`. */
export function labelOf(set: ReadonlySet<string>, value: string): string {
  return set.has(value) ? value : OTHER;
}

/** The values each label may take. A tuple of words is checked by the compiler, a set of strings while running. */
export type LabelSets = Readonly<Record<string, readonly string[] | ReadonlySet<string>>>;

/** A label left out is a label absent. */
export type LabelValues<S extends LabelSets> = {
  readonly [L in keyof S]?: (S[L] extends readonly (infer V extends string)[] ? V : string) | undefined;
};

export interface ClosedCounter<S extends LabelSets> {
  inc(labels: LabelValues<S>, by?: number): void;
}

export interface ClosedGauge<S extends LabelSets> {
  set(labels: LabelValues<S>, value: number): void;
  add(labels: LabelValues<S>, by: number): void;
}

export interface ClosedHistogram<S extends LabelSets> {
  /** With the id of a trace that can be looked at, the value is an example of its bucket. */
  observe(labels: LabelValues<S>, value: number, traceId?: string): void;
}

interface Definition<S extends LabelSets> {
  readonly name: string;
  readonly help: string;
  readonly labels: S;
}

function closing<S extends LabelSets>(labels: S): (values: LabelValues<S>) => Record<string, string> {
  const sets = new Map(Object.entries(labels).map(([label, values]) => [label, new Set<string>(values)]));
  return (values) => {
    const closed: Record<string, string> = {};
    for (const [label, set] of sets) {
      const value: string | undefined = values[label];
      if (value !== undefined) closed[label] = labelOf(set, value);
    }
    return closed;
  };
}

function options<S extends LabelSets>(registry: Registry, { name, help, labels }: Definition<S>) {
  return { name, help, labelNames: Object.keys(labels), registers: [registry] };
}

const MAX_AT_ZERO = 64;

/** All series of a counter whose labels are few words: one that begins at 0 shows its first event as a rise. */
function startingAtZero(labels: LabelSets): Record<string, string>[] {
  let all: Record<string, string>[] = [{}];
  for (const [label, values] of Object.entries(labels)) {
    all = all.flatMap((series) => [...values].map((value) => ({ ...series, [label]: value })));
    if (all.length > MAX_AT_ZERO) return [];
  }
  return all;
}

export function closedCounter<const S extends LabelSets>(
  registry: Registry,
  definition: Definition<S>,
): ClosedCounter<S> {
  const counter = new Counter(options(registry, definition));
  const close = closing(definition.labels);
  for (const labels of startingAtZero(definition.labels)) counter.inc(labels, 0);
  return { inc: (labels, by = 1) => counter.inc(close(labels), by) };
}

export function closedGauge<const S extends LabelSets>(registry: Registry, definition: Definition<S>): ClosedGauge<S> {
  const gauge = new Gauge(options(registry, definition));
  // Without labels it would say 0 before anybody has set it, and 0 may be an alarm.
  gauge.remove({});
  const close = closing(definition.labels);
  return {
    set: (labels, value) => gauge.set(close(labels), value),
    add: (labels, by) => gauge.inc(close(labels), by),
  };
}

export function closedHistogram<const S extends LabelSets>(
  registry: Registry,
  definition: Definition<S> & { readonly buckets: readonly number[] },
): ClosedHistogram<S> {
  const histogram = new Histogram({
    ...options(registry, definition),
    buckets: [...definition.buckets],
    enableExemplars: true,
  });
  const close = closing(definition.labels);
  return {
    observe(labels, value, traceId) {
      const exemplarLabels = traceId === undefined ? {} : { trace_id: traceId };
      histogram.observe({ labels: close(labels), value, exemplarLabels });
    },
  };
}
