import { fitting } from '../shared/fit.ts';
import { invalidParameter } from '../shared/invalid-parameter.ts';

export const LEVELS = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const;

export type Level = (typeof LEVELS)[number];

/** What all sources of ha_get_logs understand. */
export interface LogQuery {
  readonly limit: number;
  readonly offset: number;
  readonly order: 'newest' | 'oldest';
  /** In small letters. */
  readonly search: string | undefined;
  readonly level: Level | undefined;
}

const MAX_LIMIT = 500;

/** @throws Fault VALIDATION_INVALID_PARAMETER */
export function logQuery(
  call: {
    readonly limit?: number | undefined;
    readonly offset: number;
    readonly order: 'newest' | 'oldest';
    readonly search?: string | undefined;
    readonly level?: string | undefined;
  },
  defaultLimit: number,
): LogQuery {
  const { limit = defaultLimit, offset, order, search, level } = call;
  if (limit < 1) throw invalidParameter('limit', `${limit} is less than 1.`, `Give 1 to ${MAX_LIMIT}.`);
  return {
    ...{ limit: Math.min(limit, MAX_LIMIT), offset, order },
    search: search?.trim().toLowerCase() || undefined,
    level: level === undefined || level.trim() === '' ? undefined : levelOf(level.trim().toUpperCase()),
  };
}

function levelOf(text: string): Level {
  const level = LEVELS.find((one) => one === text || (text === 'WARN' && one === 'WARNING'));
  if (level) return level;
  throw invalidParameter('level', `there is no level '${text}'.`, `Use one of ${LEVELS.join(', ')}.`, {
    valid_levels: LEVELS,
  });
}

export function contains(text: string, search: string | undefined): boolean {
  return search === undefined || text.toLowerCase().includes(search);
}

/** What narrowed the answer, for the reader to see; nothing when nothing did. */
export function filtersOf(filters: Readonly<Record<string, unknown>>): { filters_applied?: Record<string, unknown> } {
  const applied = Object.entries(filters).filter(([, value]) => value !== undefined);
  return applied.length > 0 ? { filters_applied: Object.fromEntries(applied) } : {};
}

/** One page of rows that are oldest first, in the order asked for; shorter than asked for when the rows are long. */
export function pageOf<T>(oldestFirst: readonly T[], { order, offset, limit }: LogQuery) {
  const all = order === 'oldest' ? oldestFirst : oldestFirst.toReversed();
  const items = fitting(all.slice(offset, offset + limit));
  return { items, hasMore: offset + items.length < all.length };
}
