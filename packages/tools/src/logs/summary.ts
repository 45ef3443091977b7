import type { Level } from './query.ts';

const DEFAULT_TOP = 10;
const MAX_EXAMPLE = 500;

/** One logged thing, from whichever log. */
export interface Occurrence {
  readonly level: Level | undefined;
  readonly component: string | undefined;
  readonly message: string;
  readonly at: string | undefined;
  readonly count: number;
}

interface Issue {
  readonly level: Level;
  readonly component: string;
  readonly message: string;
  count: number;
  readonly first_seen: string | undefined;
  last_seen: string | undefined;
}

const SERIOUS: ReadonlySet<Level | undefined> = new Set(['WARNING', 'ERROR', 'CRITICAL']);

/** Which warnings and errors there are, and how often: alike ones, that differ in numbers only, are one issue. */
export function summarize(oldestFirst: readonly Occurrence[], topN = DEFAULT_TOP): Record<string, unknown> {
  const byLevel: Record<string, number> = {};
  const byComponent: Record<string, Record<string, number>> = {};
  const issues = new Map<string, Issue>();
  for (const one of oldestFirst) {
    add(byLevel, one.level ?? 'OTHER', one.count);
    if (one.level === undefined || !SERIOUS.has(one.level)) continue;
    const component = one.component ?? 'unknown';
    byComponent[component] ??= {};
    add(byComponent[component], one.level, one.count);
    note(issues, { ...one, level: one.level, component });
  }
  const top = [...issues.values()].sort((a, b) => b.count - a.count).slice(0, topN);
  return {
    structured: true as const,
    summary: {
      total_records: oldestFirst.reduce((sum, { count }) => sum + count, 0),
      by_level: byLevel,
      distinct_issues: issues.size,
      first_seen: oldestFirst[0]?.at ?? null,
      last_seen: oldestFirst.at(-1)?.at ?? null,
    },
    top_issues: top,
    by_component: byComponent,
  };
}

function note(
  issues: Map<string, Issue>,
  one: Occurrence & { readonly level: Level; readonly component: string },
): void {
  const key = `${one.level} ${one.component} ${one.message.replaceAll(/0x[0-9a-f]+|\d+/gi, '#')}`;
  const known = issues.get(key);
  if (known) {
    known.count += one.count;
    known.last_seen = one.at;
    return;
  }
  const { level, component, count, at } = one;
  const message = one.message.slice(0, MAX_EXAMPLE);
  issues.set(key, { level, component, message, count, first_seen: at, last_seen: at });
}

function add(sums: Record<string, number>, key: string, count: number): void {
  sums[key] = (sums[key] ?? 0) + count;
}
