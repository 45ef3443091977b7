import { newId } from '@hub/core/ids.ts';
import { freePort } from '@hub/real-home/free-port.ts';
import { createLogger } from '@hub/runtime/log.ts';
import { openRedis, openWaitingRedis } from '@hub/runtime/redis.ts';
import { findRedis, type RedisServer, startRedisServer } from '@hub/runtime/testing/redis-server.ts';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createBullHint } from './bull-hint.ts';
import { createLocalHint, type Hint } from './hint.ts';

interface HintsUnderTest {
  readonly giver: Hint;
  readonly runner: Hint;
}

function describeHint(name: string, create: () => Promise<HintsUnderTest>): void {
  describe(name, () => {
    test('each hint makes the process that runs jobs look, and none comes after it closed', async () => {
      const { giver, runner } = await create();
      const look = vi.fn();
      runner.onHint(look);
      giver.give();
      await vi.waitFor(() => expect(look).toHaveBeenCalledTimes(1), { timeout: 10_000 });
      giver.give();
      giver.give();
      await vi.waitFor(() => expect(look.mock.calls.length).toBeGreaterThanOrEqual(2), { timeout: 10_000 });
      await runner.close();
      const seen = look.mock.calls.length;
      const other = vi.fn();
      giver.onHint(other);
      giver.give();
      await vi.waitFor(() => expect(other).toHaveBeenCalled(), { timeout: 10_000 });
      expect(look).toHaveBeenCalledTimes(seen);
    });
  });
}

describeHint('a hint in one process', async () => {
  const hint = createLocalHint();
  return { giver: hint, runner: hint };
});

describe.skipIf(findRedis() === undefined && process.env['REQUIRE_REAL'] !== '1')('a hint through BullMQ', () => {
  const log = createLogger({ name: 'test', level: 'silent', to: 'stderr', pretty: false });
  let server: RedisServer;
  const hints: Hint[] = [];
  const connections: Redis[] = [];
  beforeAll(async () => {
    server = await startRedisServer(await freePort());
  });
  afterEach(async () => {
    await Promise.all(hints.splice(0).map((hint) => hint.close()));
    for (const redis of connections.splice(0)) redis.disconnect();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  async function open(prefix: string): Promise<Hint> {
    const { url } = server;
    const redis = openRedis({ url, onLost: () => undefined, onReady: () => undefined });
    connections.push(redis);
    await vi.waitFor(() => expect(redis.status).toBe('ready'));
    const hint = createBullHint({ redis, openWaiting: () => openWaitingRedis({ url }), prefix, log });
    hints.push(hint);
    return hint;
  }

  describeHint('in two processes', async () => {
    const prefix = newId();
    return { giver: await open(prefix), runner: await open(prefix) };
  });

  test('hints are shared among workers, leave nothing behind in Redis, and come again after it was away', async () => {
    const prefix = newId();
    const giver = await open(prefix);
    const looks = [vi.fn(), vi.fn()];
    for (const look of looks) (await open(prefix)).onHint(look);
    const total = () => looks.reduce((sum, look) => sum + look.mock.calls.length, 0);
    for (let n = 0; n < 20; n++) giver.give();
    await vi.waitFor(() => expect(total()).toBe(20), { timeout: 10_000 });
    const left = await connections[0]?.keys(`${prefix}:jobs:[0-9]*`);
    expect(left).toEqual([]);
    await server.kill();
    giver.give();
    await server.start();
    await vi.waitFor(
      () => {
        giver.give();
        expect(total()).toBeGreaterThan(20);
      },
      { timeout: 15_000, interval: 200 },
    );
  });
});
