import type { Redis } from 'ioredis';
import type { VolatileMap } from './volatile-map.ts';

export interface RedisMapSettings {
  readonly redis: Redis;
  readonly prefix: string;
  /** Keeps everything that was set here as well, and answers alone while Redis does not. */
  readonly local: VolatileMap;
}

/** Records that every replica finds. A Redis that is away or was emptied costs only that others do not find them. */
export function createRedisMap({ redis, prefix, local }: RedisMapSettings): VolatileMap {
  const keyOf = (key: string) => `${prefix}${key}`;
  const textOf = (value: unknown) => JSON.stringify(value ?? null);
  const parsed = (text: string): unknown => JSON.parse(text);
  const ttlOf = (ttlMs: number) => Math.max(1, Math.ceil(ttlMs));
  return {
    async get(key) {
      const text = await redis.get(keyOf(key)).catch(() => null);
      return text === null ? local.get(key) : parsed(text);
    },
    async set(key, value, ttlMs) {
      await local.set(key, value, ttlMs);
      await redis.set(keyOf(key), textOf(value), 'PX', ttlOf(ttlMs)).catch(() => undefined);
    },
    async setIfAbsent(key, value, ttlMs) {
      // Both must be free: the local one may know what an emptied Redis forgot.
      if (!(await local.setIfAbsent(key, value, ttlMs))) return false;
      const answer = await redis.set(keyOf(key), textOf(value), 'PX', ttlOf(ttlMs), 'NX').catch(() => 'OK');
      if (answer === null) await local.delete(key);
      return answer !== null;
    },
    async take(key) {
      const [kept, text] = [await local.take(key), await redis.getdel(keyOf(key)).catch(() => undefined)];
      // Redis answered that somebody took it already, or that it was emptied: the one time is not to be given twice.
      if (text === null) return undefined;
      return text === undefined ? kept : parsed(text);
    },
    async delete(key) {
      await local.delete(key);
      await redis.del(keyOf(key)).catch(() => undefined);
    },
  };
}
