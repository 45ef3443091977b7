import { LEASE_MS, RENEW_EVERY_MS } from './lease.ts';

/**
 * May this replica act for the homes it has? It may while its lease runs, and beyond that as long as no other replica is known to
 * reach the database: then nobody can take a home over either. Times are milliseconds of `performance.now()`, as clocks jump.
 */
export interface Standing {
  /** Asks nobody. False as well after this process stood still for longer than its lease. */
  isGood(): boolean;
  /** Was the lease kept for as long as others have to renew theirs, or will it have been by then? Until that nothing is taken from the silent. */
  isSteady(withinMs?: number): boolean;
  /** Others reach the database and this replica does not: it let go of its homes. */
  readonly isCutOff: boolean;
  /** The lease should have been renewed by now. */
  isOverdue(): boolean;
  /** Resolves with the next news of it; within some ticks while somebody looks. */
  news(): Promise<void>;
  /** The lease was renewed, by a question of that moment. */
  renewed(askedAtMs: number): void;
  /** How old the lease is. */
  ageMs(): number;
  /** To be called every RENEW_EVERY_MS; says what is to be done. */
  look(): 'nothing' | 'ask others' | 'let go';
  cutOff(): void;
}

/** Time enough for an attempt, the answers of others, and to let go, before anybody may take a home. */
const OVERDUE_MS = LEASE_MS - 3 * RENEW_EVERY_MS;
/** With more between two looks this process stood still: it renewed nothing and heard nobody's answer. */
const LOOK_WITHIN_MS = 3 * RENEW_EVERY_MS;

/** Begins with a lease of this moment. */
export function createStanding(now: () => number = () => performance.now()): Standing {
  let heldAt = now();
  let steadyFrom = heldAt + LEASE_MS;
  let goodUntil = heldAt + LEASE_MS;
  let lookedAt = heldAt;
  /** Looks in a row that found it overdue: one for an attempt to renew, one for others to answer, then it goes on. */
  let overdueLooks = 0;
  /** It stood still beyond its lease: others may have its homes, and silence says nothing, as its own lines may be dead. */
  let mustRenew = false;
  let isCutOff = false;
  let next = Promise.withResolvers<void>();

  function tell(): void {
    next.resolve();
    next = Promise.withResolvers();
  }

  return {
    isGood: () => now() < goodUntil,
    isSteady: (withinMs = 0) => now() + withinMs >= steadyFrom,
    get isCutOff() {
      return isCutOff;
    },
    isOverdue: () => now() - heldAt > OVERDUE_MS,
    news: () => next.promise,
    renewed(askedAtMs) {
      if (askedAtMs - heldAt > OVERDUE_MS) steadyFrom = now() + LEASE_MS;
      heldAt = Math.max(heldAt, askedAtMs);
      goodUntil = Math.max(goodUntil, heldAt + LEASE_MS);
      isCutOff = false;
      mustRenew = false;
      tell();
    },
    ageMs: () => now() - heldAt,
    look() {
      const at = now();
      if (at - lookedAt > LOOK_WITHIN_MS) overdueLooks = 0;
      mustRenew ||= at - lookedAt > LEASE_MS;
      lookedAt = at;
      overdueLooks = at - heldAt > OVERDUE_MS ? overdueLooks + 1 : 0;
      if (isCutOff || overdueLooks < 2) return 'nothing';
      if (overdueLooks === 2) return 'ask others';
      if (mustRenew) return 'let go';
      goodUntil = Math.max(goodUntil, at + LOOK_WITHIN_MS);
      tell();
      return 'ask others';
    },
    cutOff() {
      isCutOff = true;
      goodUntil = Number.NEGATIVE_INFINITY;
      tell();
    },
  };
}
