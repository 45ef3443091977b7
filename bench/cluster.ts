import { setTimeout as wait } from 'node:timers/promises';
import { callTool } from '../test/ask-hub.ts';
import { openClusterAdmin } from '../test/cluster/admin.ts';
import { type Cluster, startCluster } from '../test/cluster/cluster.ts';
import { makeDataDir, removeDataDir } from '../test/start-hub.ts';
import { startHomes, USUAL_SIZE } from './simulated-homes.ts';

export interface ClusterFigures {
  readonly replicas: number;
  readonly callsPerS: number;
  /** Of all hubs together. */
  readonly cpuMsPerCall: number;
}

/** A prime: where the number of replicas divides it, the balancer's turns and the homes' fall in step, and calls meet their holder. */
const HOMES = 31;
const AT_ONCE = 16;

/** State reads through a balancer without stickiness, over all homes: what more replicas cost and bring. */
export async function measureCluster(
  replicas: readonly number[],
  measureMs: number,
): Promise<readonly ClusterFigures[]> {
  await using simulated = await startHomes({ count: HOMES, size: USUAL_SIZE });
  const figures: ClusterFigures[] = [];
  for (const hubs of replicas) {
    const dir = await makeDataDir();
    try {
      await using cluster = await startCluster({ dir, hubs, workers: 0, env: { SWEEP_MINUTES: '0' } });
      const admin = openClusterAdmin(cluster.url, cluster.adminKey);
      await admin.send('POST', '/tenants', { name: 'Bench', slug: 'bench', owner: 'Bench' });
      for (const [at, { name, url, token }] of simulated.homes.entries())
        await admin.send('POST', '/tenants/bench/homes', { name, slug: `home-${at}`, url, token, check: false });
      const url = await admin.connector('bench', { name: 'bench', ceiling: 'control' });
      const read = async (home: number) =>
        callTool(url, 'ha_get_state', { home: `home-${home}`, entity_id: 'light.light_0' });
      // Every home linked and mirrored, every replica knows where each is.
      for (let round = 0; round < 2 * hubs; round++)
        await Promise.all(Array.from({ length: HOMES }, (_, home) => read(home)));
      figures.push(await measure(cluster, read, measureMs));
    } finally {
      await removeDataDir(dir);
    }
  }
  return figures;
}

async function measure(
  cluster: Cluster,
  read: (home: number) => Promise<{ isError: boolean }>,
  measureMs: number,
): Promise<ClusterFigures> {
  const before = await usage(cluster);
  const startedAt = performance.now();
  const until = startedAt + measureMs;
  let calls = 0;
  const work = async () => {
    while (performance.now() < until) {
      const { isError } = await read(calls++ % HOMES);
      if (isError) throw new Error('a read failed');
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const seconds = (performance.now() - startedAt) / 1_000;
  // What the last calls still cost.
  await wait(200);
  const after = await usage(cluster);
  return {
    replicas: cluster.hubs.length,
    callsPerS: calls / seconds,
    cpuMsPerCall: ((after.cpuS - before.cpuS) * 1_000) / calls,
  };
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
  return [
    `## Replicas behind a balancer without stickiness (state reads, ${HOMES} homes, 16 at once)`,
    '| replicas | calls/s | CPU of all hubs per call | against one |',
    '|---|---|---|---|',
    ...figures.map(
      ({ replicas, callsPerS, cpuMsPerCall }) =>
        `| ${replicas} | ${callsPerS.toFixed(0)} | ${cpuMsPerCall.toFixed(2)} ms | ${(cpuMsPerCall / (one?.cpuMsPerCall ?? 1)).toFixed(2)} × |`,
    ),
    '',
  ];
}
