import type { Redis } from 'ioredis';
import type { Bus } from './bus.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { assertEvictsNothing, openRedis, openWaitingRedis } from './redis.ts';
import { createRedisBus } from './redis-bus.ts';
import type { Shutdown } from './shutdown.ts';

export interface ClusterLinkSettings {
  readonly url: string;
  readonly ca: string | undefined;
  /** Keeps installations on one Redis apart. */
  readonly installationId: string;
  readonly log: Log;
  readonly shutdown: Shutdown;
  readonly metrics: Pick<Metrics, 'redisUp' | 'redisPing' | 'onScrape'>;
}

/** What the processes of a cluster share over Redis. None of it is a truth, and all of it may be away. */
export interface ClusterLink {
  readonly redis: Redis;
  readonly bus: Bus;
  /** A connection that waits as long as it takes, for BullMQ. */
  openWaiting(): Redis;
  /** Of every key, by purpose. */
  prefix(purpose: string): string;
}

const FIRST_LOOK_MS = 2_000;

/** Connects in the background; a Redis that is away is told and waited for by nobody. @throws Fault CONFIG_INVALID for one that may evict */
export async function openClusterLink(settings: ClusterLinkSettings): Promise<ClusterLink> {
  const { url, ca, installationId, log, shutdown, metrics } = settings;
  const watched = {
    onLost: (error: Error | undefined) =>
      log.warn({ err: error }, 'Redis is away: calls go on, jobs start with the next look at their table'),
    onReady: () => log.info('Redis answers'),
  };
  const redis = openRedis({ url, ca, ...watched });
  const listener = openRedis({ url, ca, onLost: () => undefined, onReady: () => undefined });
  const prefix = (purpose: string) => `hub:${installationId}:${purpose}:`;
  metrics.onScrape(() => measure(redis, metrics));
  const bus = createRedisBus({ redis, listener, prefix: prefix('bus') });
  shutdown.onStop(
    'database',
    'Redis',
    async () => {
      await bus.close();
      for (const one of [redis, listener]) one.disconnect();
    },
    1_000,
  );
  const check = async () => assertEvictsNothing(redis);
  const isUp = redis.status === 'ready' || (await untilReady(redis, FIRST_LOOK_MS));
  if (isUp) await check();
  // One that comes later, or comes back as another, is looked at as well; by then the hub serves and only says so.
  redis.on('ready', () => void check().catch((error: unknown) => log.error({ err: error }, 'Redis is set up wrongly')));
  return { redis, bus, openWaiting: () => openWaitingRedis({ url, ca }), prefix };
}

/** Asked when the figures are read: a Redis that is away costs that reading 200 ms at most. */
async function measure(redis: Redis, metrics: Pick<Metrics, 'redisUp' | 'redisPing'>): Promise<void> {
  const started = performance.now();
  const isUp = await redis.ping().then(
    () => true,
    () => false,
  );
  metrics.redisUp.set({}, isUp ? 1 : 0);
  if (isUp) metrics.redisPing.observe({}, (performance.now() - started) / 1_000);
}

function untilReady(redis: Redis, withinMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const late = setTimeout(() => resolve(false), withinMs);
  redis.once('ready', () => resolve(true));
  return promise.finally(() => clearTimeout(late));
}
