import type { Redis } from 'ioredis';
import { createMemoryLimiter, type Limiter, type LimiterSettings } from './limiter.ts';

export interface RedisLimiterSettings extends LimiterSettings {
  readonly redis: Redis;
  readonly prefix: string;
}

/**
 * The bucket all replicas share: the time at which it will be empty, raised by what was taken. Answers how far it is over, in
 * milliseconds. The clock is Redis's own.
 */
const TAKE = `
local now = redis.call('TIME')
now = now[1] * 1000 + now[2] / 1000
local empty = tonumber(redis.call('GET', KEYS[1]) or '0')
if empty < now then empty = now end
empty = empty + tonumber(ARGV[1])
redis.call('SET', KEYS[1], string.format('%.3f', empty), 'PX', math.ceil(empty - now) + 1)
return tostring(empty - now - tonumber(ARGV[2]))
`;

/** A key tells Redis what it took when so much of its points came together, or after so long. */
const CHUNKS_PER_WINDOW = 20;
const TELL_EVERY_MS = 250;

/**
 * Limits a key over all replicas without waiting for Redis: each replica allows by itself no more than the whole limit, tells
 * Redis in chunks what it took, and refuses for as long as Redis answers that all of them together took too much. What may pass
 * beyond the limit is a chunk per replica. Without Redis each replica limits alone.
 */
export function createRedisLimiter(settings: RedisLimiterSettings): Limiter {
  const { redis, prefix, points, durationS, now = () => performance.now(), ...rest } = settings;
  const local = createMemoryLimiter({ ...rest, points, durationS, now });
  const windowMs = durationS * 1_000;
  const perPointMs = windowMs / points;
  const chunk = Math.max(1, Math.floor(points / CHUNKS_PER_WINDOW));
  const owed = new Map<string, { points: number; sinceMs: number }>();
  const closedUntil = new Map<string, number>();

  function tell(key: string, count: number): void {
    owed.delete(key);
    redis
      .eval(TAKE, 1, `${prefix}${key}`, String(count * perPointMs), String(windowMs))
      .then((answer) => {
        const overMs = Number(answer);
        if (overMs > 0) closedUntil.set(key, now() + overMs);
        else closedUntil.delete(key);
      })
      .catch(() => undefined);
  }

  return {
    take(key, cost = 1) {
      const time = now();
      const closed = (closedUntil.get(key) ?? 0) - time;
      if (closed > 0) return { isAllowed: false, retryAfterMs: Math.ceil(closed) };
      closedUntil.delete(key);
      const permit = local.take(key, cost);
      if (!permit.isAllowed) return permit;
      const debt = owed.get(key) ?? { points: 0, sinceMs: time };
      debt.points += cost;
      if (debt.points >= chunk || time - debt.sinceMs >= TELL_EVERY_MS) tell(key, debt.points);
      else owed.set(key, debt);
      return permit;
    },
  };
}
