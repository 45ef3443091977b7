/** How many of a home's backups stay: the newest, and the newest of each of the last days and weeks that have one. */
export interface KeepRules {
  readonly last: number;
  readonly daily: number;
  readonly weekly: number;
}

export interface Kept {
  readonly id: string;
  readonly madeAt: Date;
}

const DAY_MS = 86_400_000;

/** The backups that no rule keeps; of any number of good ones the newest always stays. Days and weeks (from Monday) are those of UTC. */
export function expiredBackups<T extends Kept>(backups: readonly T[], rules: KeepRules): readonly T[] {
  const newestFirst = backups.toSorted((a, b) => b.madeAt.getTime() - a.madeAt.getTime());
  const kept = new Set<string>(newestFirst.slice(0, Math.max(1, rules.last)).map(({ id }) => id));
  const day = (at: Date) => Math.floor(at.getTime() / DAY_MS);
  // 1 January 1970 was a Thursday.
  const week = (at: Date) => Math.floor((day(at) + 3) / 7);
  for (const id of newestOfEach(newestFirst, day, rules.daily)) kept.add(id);
  for (const id of newestOfEach(newestFirst, week, rules.weekly)) kept.add(id);
  return newestFirst.filter(({ id }) => !kept.has(id));
}

function newestOfEach(newestFirst: readonly Kept[], spanOf: (at: Date) => number, count: number): readonly string[] {
  const bySpan = new Map<number, string>();
  for (const { id, madeAt } of newestFirst) {
    const span = spanOf(madeAt);
    if (!bySpan.has(span) && bySpan.size < count) bySpan.set(span, id);
  }
  return [...bySpan.values()];
}
