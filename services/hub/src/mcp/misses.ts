import { isIPv6 } from 'node:net';
import { LRUCache } from 'lru-cache';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** Counts wrong secrets per client address, so that guessing costs the hub no lookups. */
export interface MissGuard {
  /** Seconds the address still has to wait; undefined when it may ask. Credentials that worked lately are never refused. */
  blockedFor(address: string, credential: string): Promise<number | undefined>;
  hit(credential: string): void;
  miss(address: string): Promise<void>;
}

/** 20 misses a minute and address by default. */
export function missGuard(
  limiter: RateLimiterAbstract = new RateLimiterMemory({ points: 20, duration: 60 }),
): MissGuard {
  const worked = new LRUCache<string, true>({ max: 10_000 });
  return {
    async blockedFor(address, credential) {
      if (worked.has(credential)) return undefined;
      const spent = await limiter.get(subnet(address));
      return spent && spent.consumedPoints >= limiter.points ? Math.ceil(spent.msBeforeNext / 1000) : undefined;
    },
    hit: (credential) => void worked.set(credential, true),
    async miss(address) {
      try {
        await limiter.consume(subnet(address));
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
      }
    },
  };
}

/** One customer of an IPv6 network has a /64, so that is what counts as one address. */
function subnet(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1]) return mapped[1];
  const [head = [], tail = []] = address.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0');
  return [...head, ...zeros, ...tail].slice(0, 4).join(':');
}
