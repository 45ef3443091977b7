import type { ClusterLink } from '@hub/runtime/cluster-link.ts';
import { createMemoryLimiter, type Limiter, type LimiterSettings } from '@hub/runtime/limiter.ts';
import { createRedisLimiter } from '@hub/runtime/redis-limiter.ts';
import { createRedisMap } from '@hub/runtime/redis-map.ts';
import { createMemoryMap, type MemoryMapBounds, type VolatileMap } from '@hub/runtime/volatile-map.ts';

/** Records and limits that all replicas share; those of this process where it is alone. */
export interface Shared {
  map(purpose: string, bounds: MemoryMapBounds): VolatileMap;
  limiter(purpose: string, settings: LimiterSettings): Limiter;
}

export function createShared(link: ClusterLink | undefined): Shared {
  if (!link)
    return {
      map: (_purpose, bounds) => createMemoryMap(bounds),
      limiter: (_purpose, settings) => createMemoryLimiter(settings),
    };
  const { redis, prefix } = link;
  return {
    map: (purpose, bounds) => createRedisMap({ redis, prefix: prefix(purpose), local: createMemoryMap(bounds) }),
    limiter: (purpose, settings) => createRedisLimiter({ ...settings, redis, prefix: prefix(purpose) }),
  };
}
