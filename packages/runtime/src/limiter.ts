export interface Permit {
  readonly isAllowed: boolean;
  /** How long to wait until the same cost fits; 0 when allowed. */
  readonly retryAfterMs: number;
}

/**
 * Counts per key without ever waiting: an implementation over several processes draws its share ahead in the background.
 * Keys are ids or digests, never secrets.
 */
export interface Limiter {
  /** Takes `cost` points (default 1) if they are there; a refusal takes none. */
  take(key: string, cost?: number): Permit;
}

export interface LimiterSettings {
  /** How many at once, and how many per `durationS` in the long run. */
  readonly points: number;
  readonly durationS: number;
  /** Keys remembered at most; beyond it idle ones are forgotten first, then the least recently used. */
  readonly maxKeys?: number;
  /** Milliseconds from any fixed point, never running backwards. */
  readonly now?: () => number;
}

/**
 * A leaky bucket per key in the memory of this process: one number each, the time at which the bucket will be empty again.
 * Unlike a fixed window it never lets twice the rate through at a window's border.
 */
export function createMemoryLimiter(settings: LimiterSettings): Limiter {
  const { points, durationS, maxKeys = 100_000, now = () => performance.now() } = settings;
  const windowMs = durationS * 1_000;
  const perPointMs = windowMs / points;
  const emptyAt = new Map<string, number>();

  const forget = (time: number) => {
    for (const [key, at] of emptyAt) if (at <= time) emptyAt.delete(key);
    // A tenth at once, so that a flood of new keys does not walk the map on every call.
    for (const key of emptyAt.keys()) {
      if (emptyAt.size < 0.9 * maxKeys) return;
      emptyAt.delete(key);
    }
  };
  return {
    take: (key, cost = 1) => {
      const time = now();
      const next = Math.max(emptyAt.get(key) ?? 0, time) + cost * perPointMs;
      const excessMs = next - time - windowMs;
      // A hundredth of a millisecond absorbs what adding fractions loses.
      if (excessMs > 0.01) return { isAllowed: false, retryAfterMs: Math.ceil(excessMs) };
      if (emptyAt.size >= maxKeys && !emptyAt.has(key)) forget(time);
      emptyAt.delete(key);
      emptyAt.set(key, next);
      return { isAllowed: true, retryAfterMs: 0 };
    },
  };
}
