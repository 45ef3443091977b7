import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '@hub/real-home/free-port.ts';
import { addConnector } from '../test/admin.ts';
import { callTool } from '../test/ask-hub.ts';
import { openClusterAdmin } from '../test/cluster/admin.ts';
import { byPath, startBalancer } from '../test/cluster/balancer.ts';
import { type Cluster, startCluster } from '../test/cluster/cluster.ts';
import { makeDataDir, removeDataDir } from '../test/start-hub.ts';
import { startHomes, USUAL_SIZE } from './simulated-homes.ts';

export interface ClusterFigures {
  readonly replicas: number;
  readonly callsPerS: number;
  /** Of all hubs together, a share of a core: links, mirrors, leases, looks at changes; it goes on beside the calls. */
  readonly cpuAtRest: number;
  /** Of all hubs together, beyond that. */
  readonly cpuMsPerCall: number;
  /** Households with a connector of their own, behind a balancer that goes by the path as those of deploy/ do. */
  readonly households: { readonly cpuMsPerCall: number };
}

/** Each of a household. A prime: where the number of replicas divides it, the balancer's turns and the homes' fall in step, and calls meet their holder. */
const HOMES = 31;
/** For each replica, so that one of many has as much to do as one alone: what wakes a process is shared by what it then does. */
const CALLS_PER_S = 160;
/** Of each replica at most, when the machine cannot keep up. */
const AT_ONCE = 16;
/** One alone would meet its limit. */
const CONNECTORS = 16;
const SLICES = 4;

type Read = (call: number) => Promise<{ readonly isError: boolean }>;

/**
 * State reads: over all homes through a balancer without stickiness, and of households through one that goes by the path; what more
 * replicas cost and bring. In slices that take turns, so that what else the machine does falls on all alike, and not before the
 * code is hot.
 */
export async function measureCluster(
  replicas: readonly number[],
  measureMs: number,
): Promise<readonly ClusterFigures[]> {
  await using open = new AsyncDisposableStack();
  const { homes } = open.use(await startHomes({ count: HOMES, size: USUAL_SIZE }));
  const measured: Measured[] = [];
  for (const hubs of replicas) measured.push(await openMeasured(open, hubs, homes));
  for (const { cluster, anywhere, atHome } of measured)
    for (const read of [anywhere, atHome]) await load(cluster, read, measureMs);
  for (let slice = 0; slice < SLICES; slice++) {
    for (const one of measured) {
      await add(one, one.rest, async () => await wait(measureMs / SLICES, 0));
      await add(one, one.sum, () => load(one.cluster, one.anywhere, measureMs / SLICES));
      await add(one, one.sumAtHome, () => load(one.cluster, one.atHome, measureMs / SLICES));
    }
  }
  return measured.map(({ cluster, rest, sum, sumAtHome }) => {
    const cpuAtRest = rest.cpuS / rest.seconds;
    const perCall = ({ cpuS, seconds, calls }: Sum) => ((cpuS - cpuAtRest * seconds) * 1_000) / calls;
    return {
      replicas: cluster.hubs.length,
      callsPerS: sum.calls / sum.seconds,
      cpuAtRest,
      cpuMsPerCall: perCall(sum),
      households: { cpuMsPerCall: perCall(sumAtHome) },
    };
  });
}

interface Measured {
  readonly cluster: Cluster;
  readonly anywhere: Read;
  readonly atHome: Read;
  readonly rest: Sum;
  readonly sum: Sum;
  readonly sumAtHome: Sum;
}

/** Every home linked and mirrored, every replica knows where each is. */
async function openMeasured(
  open: AsyncDisposableStack,
  hubs: number,
  homes: Awaited<ReturnType<typeof startHomes>>['homes'],
): Promise<Measured> {
  const dir = await makeDataDir();
  open.defer(() => removeDataDir(dir));
  const cluster = open.use(await startCluster({ dir, hubs, workers: 0, env: { SWEEP_MINUTES: '0' } }));
  const admin = openClusterAdmin(cluster.url, cluster.adminKey);
  await admin.send('POST', '/tenants', { name: 'Bench', slug: 'bench', owner: 'Bench' });
  for (const [at, { name, url, token }] of homes.entries())
    await admin.send('POST', '/tenants/bench/homes', { name, slug: `home-${at}`, url, token, check: false });
  const pathOf = (url: string) => new URL(url).pathname;
  const ports = cluster.hubs.map((hub) => Number(new URL(cluster.addressOf(hub)).port));
  const balancer = open.use(await startBalancer(await freePort(), () => ports, byPath));
  const houses: string[] = [];
  for (const at of homes.keys()) {
    const house = { name: `house-${at}`, ceiling: 'control', homes: [`home-${at}`] } as const;
    houses.push(pathOf(await addConnector(admin, 'bench', house)));
  }
  const paths: string[] = [];
  for (let n = 0; n < CONNECTORS; n++)
    paths.push(pathOf(await admin.connector('bench', { name: `bench-${n}`, ceiling: 'control' })));
  const atHome: Read = (call) =>
    callTool(`${balancer.url}${houses[call % HOMES]}`, 'ha_get_state', { entity_id: 'light.light_0' });
  const anywhere: Read = (call) => {
    const home = `home-${call % HOMES}`;
    return callTool(`${cluster.url}${paths[call % CONNECTORS]}`, 'ha_get_state', { home, entity_id: 'light.light_0' });
  };
  // First the households, whose hubs so take their homes.
  for (const read of [atHome, ...Array<Read>(2 * hubs).fill(anywhere)])
    await Promise.all(Array.from({ length: HOMES }, (_, home) => read(home)));
  return { cluster, anywhere, atHome, rest: nothing(), sum: nothing(), sumAtHome: nothing() };
}

interface Sum {
  calls: number;
  seconds: number;
  cpuS: number;
}

const nothing = (): Sum => ({ calls: 0, seconds: 0, cpuS: 0 });

async function add({ cluster }: Measured, sum: Sum, work: () => Promise<number>): Promise<void> {
  const before = await usage(cluster);
  const startedAt = performance.now();
  sum.calls += await work();
  // What the last calls still cost.
  await wait(200);
  sum.cpuS += (await usage(cluster)).cpuS - before.cpuS;
  sum.seconds += (performance.now() - startedAt) / 1_000;
}

async function load({ hubs }: Cluster, read: Read, ms: number): Promise<number> {
  const startedAt = performance.now();
  const workers = AT_ONCE * hubs.length;
  const everyMs = 1_000 / (CALLS_PER_S * hubs.length);
  let calls = 0;
  const work = async (_: unknown, worker: number) => {
    for (let dueMs = worker * everyMs; dueMs < ms; dueMs += workers * everyMs) {
      const aheadMs = dueMs - (performance.now() - startedAt);
      if (aheadMs > 0) await wait(aheadMs);
      if (performance.now() - startedAt >= ms) return;
      const { isError } = await read(calls++);
      if (isError) throw new Error('a read failed');
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return calls;
}

async function usage({ hubs }: Cluster): Promise<{ readonly cpuS: number }> {
  let cpuS = 0;
  for (const { opsPort } of hubs) {
    const text = await (await fetch(`http://127.0.0.1:${opsPort}/metrics`)).text();
    cpuS += Number(/^process_cpu_seconds_total (\S+)/m.exec(text)?.[1]);
  }
  return { cpuS };
}

export function clusterLines(figures: readonly ClusterFigures[]): string[] {
  const [one] = figures;
  const perCall = (ms: number, ofOne: number | undefined) =>
    `${ms.toFixed(2)} ms | ${(ms / (ofOne ?? ms)).toFixed(2)} ×`;
  return [
    `## Replicas (state reads, ${HOMES} homes, ${CALLS_PER_S} calls/s for each): CPU of all hubs per call, beyond what they take at rest`,
    '| replicas | calls/s | at rest | any home, balancer in turn | against one | households, balancer by path | against one |',
    '|---|---|---|---|---|---|---|',
    ...figures.map(({ replicas, callsPerS, cpuAtRest, cpuMsPerCall, households }) =>
      [
        `| ${replicas} | ${callsPerS.toFixed(0)} | ${(100 * cpuAtRest).toFixed(1)} % of a core`,
        perCall(cpuMsPerCall, one?.cpuMsPerCall),
        `${perCall(households.cpuMsPerCall, one?.households.cpuMsPerCall)} |`,
      ].join(' | '),
    ),
    '',
  ];
}
