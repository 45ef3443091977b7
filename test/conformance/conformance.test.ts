import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { text as readAll } from 'node:stream/consumers';
import { newSecret } from '@hub/core/ids.ts';
import { freePort } from '@hub/real-home/free-port.ts';
import { type Bus, createMemoryBus } from '@hub/runtime/bus.ts';
import { openRedis } from '@hub/runtime/redis.ts';
import { createRedisBus } from '@hub/runtime/redis-bus.ts';
import { findRedis, startRedisServer } from '@hub/runtime/testing/redis-server.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hearPeers, peersOf, sharedDenylist } from '../../services/hub/src/cluster/peers.ts';
import { type Served, serve } from '../../services/hub/src/mcp/testing/serve.ts';
import { startBalancer } from '../cluster/balancer.ts';
import { fixtureSurface } from './fixture-surface.ts';

/** A suite takes 3 to 10 s alone; this is for a machine that does ten other things. */
const TIMEOUT_MS = 180_000;

interface Outcome {
  readonly exitCode: number | null;
  readonly scenarios: number;
  readonly failed: readonly string[];
  readonly total: string | undefined;
}

async function run(
  url: string,
  suite: 'conformance-2025' | 'conformance-2026',
  args: readonly string[],
  signal: AbortSignal,
): Promise<Outcome> {
  const program = createRequire(import.meta.url).resolve(`${suite}/dist/index.js`);
  const child = spawn(process.execPath, [program, 'server', '--url', url, ...args], {
    signal,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<number | null>((resolve, reject) => child.once('exit', resolve).once('error', reject));
  const [output, exitCode] = await Promise.all([readAll(child.stdout), exited]);
  const summary = output.slice(output.indexOf('=== SUMMARY ==='));
  return {
    exitCode,
    scenarios: summary.match(/^[✓✗] .*: \d+ passed, \d+ failed/gm)?.length ?? 0,
    failed: summary.match(/^✗ .*/gm) ?? [],
    total: /^Total: (.*)$/m.exec(summary)?.[1],
  };
}

function describeConformance(name: string, url: () => string): void {
  describe(name, () => {
    it(
      'passes every server scenario of the suite for 2025',
      async ({ signal }) => {
        const outcome = await run(url(), 'conformance-2025', ['--suite', 'all'], signal);
        expect(outcome).toEqual({ exitCode: 0, scenarios: 32, failed: [], total: '43 passed, 0 failed' });
      },
      TIMEOUT_MS,
    );

    it(
      'meets the requirements of revision 2025-11-25',
      async ({ signal }) => {
        const outcome = await run(url(), 'conformance-2026', ['--requirements', '2025-11-25'], signal);
        expect(outcome).toEqual({ exitCode: 0, scenarios: 33, failed: [], total: '80 passed, 0 failed' });
      },
      TIMEOUT_MS,
    );

    it(
      'meets the requirements of revision 2026-07-28, tasks included',
      async ({ signal }) => {
        const outcome = await run(url(), 'conformance-2026', ['--requirements', '2026-07-28'], signal);
        expect(outcome).toEqual({ exitCode: 0, scenarios: 50, failed: [], total: '196 passed, 0 failed' });
      },
      TIMEOUT_MS,
    );
  });
}

describe('MCP conformance', () => {
  let served: Served;
  beforeAll(async () => {
    served = await serve(fixtureSurface());
  });
  afterAll(async () => {
    await served[Symbol.asyncDispose]();
  });
  describeConformance('of one hub', () => served.url.href);
});

/** A bus for each replica, over Redis where it is installed. */
async function openBuses(open: AsyncDisposableStack): Promise<() => Bus> {
  if (findRedis() === undefined && process.env['REQUIRE_REAL'] !== '1') {
    const bus = createMemoryBus();
    return () => bus;
  }
  const { url } = open.use(await startRedisServer(await freePort()));
  const connect = () => {
    const redis = openRedis({ url, onLost: () => undefined, onReady: () => undefined });
    open.defer(async () => redis.disconnect());
    return redis;
  };
  return () => createRedisBus({ redis: connect(), listener: connect(), prefix: 'conformance:' });
}

describe('MCP conformance, each request at the next of three replicas', () => {
  const open = new AsyncDisposableStack();
  let url: string;
  beforeAll(async () => {
    // What a surface keeps (tasks, lists) stands for what replicas share; sessions, streams and calls are each one's own.
    const surface = fixtureSurface();
    const shared = { key: randomBytes(32), secret: newSecret() };
    const openBus = await openBuses(open);
    const replicas: Served[] = [];
    for (const replicaId of ['one', 'two', 'three']) {
      const cluster = { link: { bus: openBus() } };
      const peers = peersOf({ replicaId, cluster });
      const replica = open.use(await serve(surface, { ...shared, peers, denylist: sharedDenylist({ cluster }) }));
      hearPeers({ replicaId, cluster }, replica.endpoint);
      replicas.push(replica);
    }
    const port = await freePort();
    const balancer = open.use(await startBalancer(port, () => replicas.map(({ url: own }) => Number(own.port))));
    url = `${balancer.url}/private_${shared.secret}`;
  });
  afterAll(() => open.disposeAsync());
  describeConformance('behind a balancer without stickiness', () => url);
});
