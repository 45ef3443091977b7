import { freePort } from '@hub/real-home/free-port.ts';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createMemoryBus } from './bus.ts';
import { redactValue } from './redact.ts';
import { assertEvictsNothing, openRedis } from './redis.ts';
import { createRedisBus } from './redis-bus.ts';
import { createRedisLimiter } from './redis-limiter.ts';
import { createRedisMap } from './redis-map.ts';
import { describeBus } from './testing/bus-contract.ts';
import { describeLimiter } from './testing/limiter-contract.ts';
import { findRedis, type RedisServer, startRedisServer } from './testing/redis-server.ts';
import { describeVolatileMap } from './testing/volatile-map-contract.ts';
import { createMemoryMap } from './volatile-map.ts';

describeBus('bus in memory', async () => {
  const bus = createMemoryBus();
  return { here: bus, there: bus };
});

describe.skipIf(findRedis() === undefined && process.env['REQUIRE_REAL'] !== '1')('over Redis', () => {
  let server: RedisServer;
  const opened: Redis[] = [];
  let prefixes = 0;
  const prefix = () => `test-${prefixes++}:`;

  beforeAll(async () => {
    server = await startRedisServer(await freePort());
  });
  afterEach(() => {
    for (const redis of opened.splice(0)) redis.disconnect();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  function connect(events: { onLost?: () => void; onReady?: () => void } = {}): Redis {
    const redis = openRedis({ url: server.url, onLost: () => undefined, onReady: () => undefined, ...events });
    opened.push(redis);
    return redis;
  }
  async function ready(): Promise<Redis> {
    const redis = connect();
    await vi.waitFor(() => expect(redis.status).toBe('ready'));
    return redis;
  }
  const memory = () => createMemoryMap({ maxEntries: 1_000, maxBytes: 1e6 });
  const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

  describeBus('bus', async () => {
    const own = prefix();
    const one = async () => createRedisBus({ redis: await ready(), listener: await ready(), prefix: own });
    return { here: await one(), there: await one() };
  });
  describeVolatileMap('volatile map', async () => ({
    map: createRedisMap({ redis: await ready(), prefix: prefix(), local: memory() }),
    advance: wait,
  }));
  describeLimiter('limiter', async (settings) => {
    let time = 1_000;
    return {
      limiter: createRedisLimiter({ ...settings, redis: await ready(), prefix: prefix(), now: () => time }),
      async advance(ms) {
        time += ms;
        await wait(ms);
      },
    };
  });

  test('what one replica keeps the other finds, and one alone takes it', async () => {
    const own = prefix();
    const [here, there] = [
      createRedisMap({ redis: await ready(), prefix: own, local: memory() }),
      createRedisMap({ redis: await ready(), prefix: own, local: memory() }),
    ];
    await here.set('record', { n: 1 }, 60_000);
    expect(await there.get('record')).toEqual({ n: 1 });
    expect(await there.setIfAbsent('record', 2, 60_000)).toBe(false);
    const taken = await Promise.all([here.take('record'), there.take('record')]);
    expect(taken.filter((one) => one !== undefined)).toEqual([{ n: 1 }]);
  });

  test('replicas together let through what one may, and a chunk each at most beyond', async () => {
    const own = prefix();
    const settings = { points: 100, durationS: 3_600, prefix: own };
    const replicas = [
      createRedisLimiter({ ...settings, redis: await ready() }),
      createRedisLimiter({ ...settings, redis: await ready() }),
      createRedisLimiter({ ...settings, redis: await ready() }),
    ];
    let allowed = 0;
    for (let round = 0; round < 100; round++) {
      for (const limiter of replicas) if (limiter.take('connector').isAllowed) allowed++;
      // As calls come one after the other; the answers of Redis arrive in between.
      await wait(2);
    }
    expect(allowed).toBeGreaterThanOrEqual(100);
    expect(allowed).toBeLessThanOrEqual(100 + replicas.length * 10);
  });

  test('a Redis that hangs, is refused and comes back empty: records and limits go on here, and a gap is told', async () => {
    const own = prefix();
    const lost = vi.fn();
    const redis = connect({ onLost: lost });
    const listener = connect();
    const gaps = vi.fn();
    const bus = createRedisBus({ redis, listener, prefix: own });
    bus.onGap(gaps);
    await vi.waitFor(() => expect(gaps).toHaveBeenCalledTimes(1));
    const map = createRedisMap({ redis, prefix: own, local: memory() });
    const limiter = createRedisLimiter({ redis, prefix: own, points: 2, durationS: 3_600 });
    server.pause();
    await map.set('during', 1, 60_000);
    expect(await map.get('during')).toBe(1);
    server.resume();
    await server.kill();
    await vi.waitFor(() => expect(lost).toHaveBeenCalled());
    expect(await map.get('during')).toBe(1);
    expect(await map.setIfAbsent('during', 2, 60_000)).toBe(false);
    bus.publish('anything', 1);
    expect([1, 2, 3].map(() => limiter.take('k').isAllowed)).toEqual([true, true, false]);
    await server.start();
    await vi.waitFor(() => expect(gaps.mock.calls.length).toBeGreaterThan(1), { timeout: 10_000 });
    const heard: unknown[] = [];
    bus.subscribe('again', (message) => heard.push(message));
    await vi.waitFor(() => {
      bus.publish('again', 'heard');
      expect(heard).toContain('heard');
    });
    expect(await map.get('during')).toBe(1);
  });

  test('a password that Redis does not take is not told with its refusal', async () => {
    await using own = await startRedisServer(await freePort());
    const plain = openRedis({ url: own.url, onLost: () => undefined, onReady: () => undefined });
    opened.push(plain);
    await vi.waitFor(() => expect(plain.status).toBe('ready'));
    await plain.config('SET', 'requirepass', 'the right one');
    const lost = Promise.withResolvers<Error | undefined>();
    const url = own.url.replace('redis://', 'redis://:nearly-the-right-one@');
    opened.push(openRedis({ url, onLost: lost.resolve, onReady: () => undefined }));
    const told = JSON.stringify(redactValue(await lost.promise));
    expect(told).toContain('WRONGPASS');
    expect(told).not.toContain('nearly');
  });

  test('one that may evict is refused with what to set', async () => {
    await expect(assertEvictsNothing(await ready())).resolves.toBeUndefined();
    await using cache = await startRedisServer(await freePort(), 'allkeys-lru');
    const redis = openRedis({ url: cache.url, onLost: () => undefined, onReady: () => undefined });
    opened.push(redis);
    await vi.waitFor(() => expect(redis.status).toBe('ready'));
    await expect(assertEvictsNothing(redis)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('allkeys-lru'),
      suggestions: [expect.stringContaining('noeviction'), expect.anything()],
    });
  });

  test('one that may not be asked whether it evicts is refused with what to set, and one that hangs is asked later', async () => {
    await using own = await startRedisServer(await freePort());
    const plain = openRedis({ url: own.url, onLost: () => undefined, onReady: () => undefined });
    opened.push(plain);
    await vi.waitFor(() => expect(plain.status).toBe('ready'));
    await plain.acl('SETUSER', 'limited', 'on', '>word', '~*', '&*', '+@all', '-info');
    const url = own.url.replace('redis://', 'redis://limited:word@');
    const limited = openRedis({ url, onLost: () => undefined, onReady: () => undefined });
    opened.push(limited);
    await vi.waitFor(() => expect(limited.status).toBe('ready'));
    await expect(assertEvictsNothing(limited)).rejects.toMatchObject({
      ...{ code: 'CONFIG_INVALID', suggestions: [expect.stringContaining('+info')] },
    });
    own.pause();
    await expect(assertEvictsNothing(plain)).resolves.toBeUndefined();
    own.resume();
  });
});
