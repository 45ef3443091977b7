import { setTimeout as wait } from 'node:timers/promises';
import { SYSTEM_ACTOR } from '@hub/db/actor.ts';
import { registerHome } from '@hub/db/homes.ts';
import { createTenant } from '@hub/db/tenants.ts';
import { callTool } from '../test/ask-hub.ts';
import { makeDataDir, removeDataDir } from '../test/start-hub.ts';
import { atOnce } from './at-once.ts';
import { type HubUsage, type MeasuredHub, startMeasuredHub } from './measured-hub.ts';
import { startHomes, USUAL_SIZE } from './simulated-homes.ts';

export interface LinkedFigures {
  readonly homes: number;
  readonly mirrored: number;
  readonly linkMs: number;
  readonly alone: HubUsage;
  readonly linked: HubUsage;
  readonly mirroredToo: HubUsage;
  /** Share of one core while the homes speak and nobody asks. */
  readonly idleCpu: number;
  readonly readP50Ms: number;
}

export interface RegisteredFigures {
  readonly few: number;
  readonly many: number;
  readonly fewStartMs: number;
  readonly manyStartMs: number;
  readonly fewRssMb: number;
  readonly manyRssMb: number;
}

const AT_ONCE = 16;
const HOMES_PER_TENANT = 100;

/** Links of many homes to one hub, one in ten with its mirror, all on one connector. */
export async function measureLinkedHomes(count: number, settleMs: number): Promise<LinkedFigures> {
  await using simulated = await startHomes({ count, size: USUAL_SIZE });
  const { homes } = simulated;
  await using hub = await startMeasuredHub(homes[0] ? { home: homes[0] } : {});
  const { db, vault } = hub.database;
  for (const { name, url, token, instanceId } of homes)
    await registerHome(
      db,
      vault,
      hub.tenantId,
      { name, instanceId, slug: slugOf(name), link: { url, token } },
      SYSTEM_ACTOR,
    );
  const [connector = ''] = await hub.connectors(1);
  const alone = await settled(hub, settleMs);

  const startedAt = performance.now();
  const slugs = homes.map(({ name }) => slugOf(name));
  // Linked does not mean mirrored: this asks the home itself.
  await atOnce(AT_ONCE, slugs, (home) => asked(connector, 'ha_call_service', { ws_command: 'get_config', home }));
  const linkMs = performance.now() - startedAt;
  const linked = await settled(hub, settleMs);

  const toMirror = slugs.slice(0, Math.ceil(count / 10));
  await atOnce(AT_ONCE, toMirror, (home) => asked(connector, 'ha_get_overview', { home }));
  const mirroredToo = await settled(hub, settleMs);
  const { cpuS } = await hub.usage();
  await wait(settleMs);
  const idleCpu = ((await hub.usage()).cpuS - cpuS) / (settleMs / 1_000);
  const readP50Ms = await medianMs(toMirror, (home) =>
    asked(connector, 'ha_get_state', { home, entity_id: 'light.light_0' }),
  );
  return { homes: count, mirrored: toMirror.length, linkMs, alone, linked, mirroredToo, idleCpu, readP50Ms };
}

/** What homes cost that are only registered: memory and time to start. */
export async function measureRegisteredHomes(few: number, many: number, settleMs: number): Promise<RegisteredFigures> {
  const dataDir = await makeDataDir();
  try {
    const register = async (from: number, to: number) => {
      await using hub = await startMeasuredHub({ dataDir });
      for (let first = from; first < to; first += HOMES_PER_TENANT)
        await registerTenant(hub, first, Math.min(HOMES_PER_TENANT, to - first));
    };
    const look = async () => {
      await using hub = await startMeasuredHub({ dataDir });
      return { startMs: hub.startMs, ...(await settled(hub, settleMs)) };
    };
    await register(0, few);
    const withFew = await look();
    await register(few, many);
    const withMany = await look();
    return {
      few,
      many,
      fewStartMs: withFew.startMs,
      manyStartMs: withMany.startMs,
      fewRssMb: withFew.rssMb,
      manyRssMb: withMany.rssMb,
    };
  } finally {
    await removeDataDir(dataDir);
  }
}

async function registerTenant(hub: MeasuredHub, first: number, count: number): Promise<void> {
  const { db, vault } = hub.database;
  const tenant = await createTenant(db, vault, { slug: `tenant-${first}`, name: `Tenant ${first}` }, SYSTEM_ACTOR);
  for (let at = first; at < first + count; at++) {
    const link = { url: `http://home-${at}.example:8123`, token: `token-${at}` };
    await registerHome(db, vault, tenant.id, { name: `Home ${at}`, slug: `home-${at}`, link }, SYSTEM_ACTOR);
  }
}

/** The least of several looks: what is left when the garbage of the moment has been collected. */
async function settled(hub: MeasuredHub, settleMs: number): Promise<HubUsage> {
  const looks: HubUsage[] = [];
  for (let at = 0; at < 5; at++) {
    await wait(settleMs / 5);
    looks.push(await hub.usage());
  }
  const last = looks.at(-1);
  if (!last) throw new Error('the hub shows no figures');
  return { ...last, heapMb: Math.min(...looks.map(({ heapMb }) => heapMb)) };
}

async function asked(url: string, tool: string, args: object): Promise<void> {
  const { fault } = await callTool(url, tool, args);
  if (fault) throw new Error(`${tool}: ${fault.code} ${fault.message}`);
}

async function medianMs<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<number> {
  const durations: number[] = [];
  for (const item of items) {
    const startedAt = performance.now();
    await act(item);
    durations.push(performance.now() - startedAt);
  }
  return durations.sort((a, b) => a - b)[Math.floor(durations.length / 2)] ?? Number.NaN;
}

function slugOf(name: string): string {
  return name.toLowerCase().replaceAll(' ', '-');
}
