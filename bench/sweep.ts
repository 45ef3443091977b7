import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { SYSTEM_ACTOR } from '@hub/db/actor.ts';
import { openDatabase } from '@hub/db/database.ts';
import { registerHome } from '@hub/db/homes.ts';
import { parseKeyRing } from '@hub/db/key-ring.ts';
import { findTenant } from '@hub/db/tenants.ts';
import { openVault } from '@hub/db/vault.ts';
import { z } from 'zod';
import { callTool } from '../test/ask-hub.ts';
import { openClusterAdmin } from '../test/cluster/admin.ts';
import { type Cluster, startCluster } from '../test/cluster/cluster.ts';
import { makeDataDir, removeDataDir } from '../test/start-hub.ts';
import { atOnce } from './at-once.ts';
import { type SimulatedHomes, startHomes, USUAL_SIZE } from './simulated-homes.ts';

export interface SweepFigures {
  readonly homes: number;
  readonly linked: number;
  readonly hubs: number;
  /** Until each home was looked at once. */
  readonly sweepMs: number;
  /** Looks that did not reach their home. */
  readonly missed: number;
  /** Open to all homes at once, without those of the linked homes. */
  readonly mostSockets: number;
  /** Of all hubs together. */
  readonly cpuMsPerLook: number;
  /** Of the largest hub, at its largest. */
  readonly rssMb: number;
  /** Reads of a linked home's state meanwhile, through the balancer. */
  readonly readP50Ms: number;
}

const HUBS = 2;
const PER_TENANT = 100;
const GIVE_UP_MS = 30 * 60_000;
const tenantOf = (number: number) => `tenant-${Math.floor(number / PER_TENANT)}`;

/** Every registered home looked at once, by hubs that share the work and hold the links of some of them. */
export async function measureSweep(count: number, linkedCount: number): Promise<SweepFigures> {
  await using simulated = await startHomes({ count, size: USUAL_SIZE });
  const dir = await makeDataDir();
  try {
    await registerAll(dir, simulated);
    await using cluster = await startCluster({ dir, hubs: HUBS, workers: 0 });
    const links = await linkSome(cluster, linkedCount);
    return { homes: count, linked: linkedCount, hubs: HUBS, ...(await sweepAll(cluster, simulated, links)) };
  } finally {
    await removeDataDir(dir);
  }
}

/** By a hub that does not look at homes; none is due before it is told. */
async function registerAll(dir: string, { homes }: SimulatedHomes): Promise<void> {
  await using cluster = await startCluster({ dir, hubs: 1, workers: 0, env: { SWEEP_MINUTES: '0' } });
  await using db = openDatabase({ connectionString: cluster.postgres.url, maxConnections: 8 });
  const secrets = z.object({ keys: z.string() }).parse(JSON.parse(await readFile(join(dir, 'secrets.json'), 'utf8')));
  const vault = openVault(parseKeyRing(secrets.keys));
  const admin = openClusterAdmin(cluster.url, cluster.adminKey);
  const slugs = [...new Set(homes.map((_, number) => tenantOf(number)))];
  await atOnce(8, slugs, async (slug) => {
    await admin.send('POST', '/tenants', { name: slug, slug, owner: 'Bench' });
    const tenantId = (await findTenant(db, slug))?.id ?? '';
    for (const [number, { name, url, token, instanceId }] of homes.entries()) {
      if (tenantOf(number) !== slug) continue;
      const home = { name, slug: `home-${number}`, instanceId, link: { url, token } };
      await registerHome(db, vault, tenantId, home, SYSTEM_ACTOR);
    }
  });
  await cluster.query("insert into home_sweep (home_id, due_at) select id, 'infinity' from home");
}

/** Resolves with what reads the state of a linked home by its number. */
async function linkSome(cluster: Cluster, count: number): Promise<readonly (() => Promise<void>)[]> {
  const admin = openClusterAdmin(cluster.url, cluster.adminKey);
  const numbers = Array.from({ length: count }, (_, number) => number);
  const urls = new Map<string, string>();
  for (const slug of new Set(numbers.map(tenantOf)))
    urls.set(slug, await admin.connector(slug, { name: 'bench', ceiling: 'control' }));
  const ask = async (number: number, tool: string, args: object) => {
    const { fault } = await callTool(urls.get(tenantOf(number)) ?? '', tool, { ...args, home: `home-${number}` });
    if (fault) throw new Error(`${tool}: ${fault.code} ${fault.message}`);
  };
  await atOnce(16, numbers, (number) => ask(number, 'ha_call_service', { ws_command: 'get_config' }));
  return numbers.map((number) => () => ask(number, 'ha_get_state', { entity_id: 'light.light_0' }));
}

async function sweepAll(
  cluster: Cluster,
  simulated: SimulatedHomes,
  reads: readonly (() => Promise<void>)[],
): Promise<Omit<SweepFigures, 'homes' | 'linked' | 'hubs'>> {
  const count = simulated.homes.length;
  // Ten homes with their mirrors, so that the reads are those of a busy hub and not of one that just woke up.
  const asked = reads.slice(0, 10);
  for (const read of asked) await read();
  const before = await usage(cluster);
  const { open } = await simulated.sockets();
  const startedAt = performance.now();
  await cluster.query('update home_sweep set due_at = now()');
  let [seen, rssMb] = [0, 0];
  const readMs: number[] = [];
  while (seen < count) {
    if (performance.now() - startedAt > GIVE_UP_MS) throw new Error(`only ${seen} of ${count} homes were looked at`);
    for (const read of asked) {
      const readAt = performance.now();
      await read();
      readMs.push(performance.now() - readAt);
    }
    rssMb = Math.max(rssMb, (await usage(cluster)).rssMb);
    await wait(1_000);
    const [row] = await cluster.query<{ seen: number }>(
      'select count(*)::int as seen from home_status where swept_at is not null',
    );
    seen = row?.seen ?? 0;
  }
  const sweepMs = performance.now() - startedAt;
  const { most } = await simulated.sockets();
  const [row] = await cluster.query<{ missed: number }>('select sum(looks - running)::int as missed from home_day');
  const cpuMsPerLook = (((await usage(cluster)).cpuS - before.cpuS) * 1_000) / count;
  const readP50Ms = readMs.sort((a, b) => a - b)[Math.floor(readMs.length / 2)] ?? Number.NaN;
  return { sweepMs, missed: row?.missed ?? 0, mostSockets: most - open, cpuMsPerLook, rssMb, readP50Ms };
}

async function usage({ hubs }: Cluster): Promise<{ readonly cpuS: number; readonly rssMb: number }> {
  let [cpuS, rssMb] = [0, 0];
  for (const { opsPort } of hubs) {
    const text = await (await fetch(`http://127.0.0.1:${opsPort}/metrics`)).text();
    cpuS += Number(/^process_cpu_seconds_total (\S+)/m.exec(text)?.[1]);
    rssMb = Math.max(rssMb, Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1]) / 2 ** 20);
  }
  return { cpuS, rssMb };
}

export function sweepLines(figures: SweepFigures): string[] {
  const { homes, linked, hubs, sweepMs, missed, mostSockets, cpuMsPerLook, rssMb, readP50Ms } = figures;
  return [
    `## One look at each of ${homes} homes of 500 entities, ${linked} of them linked, by ${hubs} hubs`,
    '| minutes | looks/s | looks that missed | sockets at most, beside the linked | CPU of all hubs per look | largest hub | a read meanwhile, p50 |',
    '|---|---|---|---|---|---|---|',
    `| ${(sweepMs / 60_000).toFixed(1)} | ${(homes / (sweepMs / 1_000)).toFixed(0)} | ${missed} | ${mostSockets} | ${cpuMsPerLook.toFixed(1)} ms | ${rssMb.toFixed(0)} MB | ${readP50Ms.toFixed(1)} ms |`,
    '',
  ];
}
