import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type SimulatedHome, startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Admin, addConnector, addHome, FIRST_TENANT, openAdmin } from '../admin.ts';
import { bestPracticeKey, callTool, listTools } from '../ask-hub.ts';
import {
  databaseProcesses,
  killDuringStart,
  makeDataDir,
  type RunningHub,
  removeDataDir,
  signalIfThere,
  startHub,
  steadyPort,
} from '../start-hub.ts';

const { CHAOS_KILLS, REQUIRE_REAL } = process.env;
const KILLS = Number(CHAOS_KILLS ?? (REQUIRE_REAL === '1' ? 50 : 3));
const TENANT = `/tenants/${FIRST_TENANT}`;

/** What the hub said was stored. */
interface Acknowledged {
  readonly homes: string[];
  readonly connectors: { readonly name: string; readonly url: string }[];
  readonly edits: {
    readonly kind: 'automation' | 'area';
    readonly id: string;
    readonly before?: string;
    readonly after: string;
  }[];
}

let home: SimulatedHome;
let dataDir: string;
let env: Readonly<Record<string, string>>;
const stored: Acknowledged = { homes: [], connectors: [], edits: [] };

beforeAll(async () => {
  [home, dataDir] = [await startSimulatedHome({ name: 'Chaos' }), await makeDataDir()];
  env = {
    PORT: String(await steadyPort()),
    HOME_ASSISTANT_URL: home.url,
    HOME_ASSISTANT_TOKEN: home.token,
    HOME_ASSISTANT_NAME: 'Chaos',
  };
});
afterAll(async () => {
  await removeDataDir(dataDir);
  await home?.close();
});

const created = z.object({ unique_id: z.string() });
const createdArea = z.object({ area_id: z.string() });

/** Registers homes and connectors and edits the home, each as fast as it is acknowledged, until the hub is gone. */
function workUntilGone(hub: RunningHub, admin: Admin, round: number) {
  const acknowledged: Acknowledged = { homes: [], connectors: [], edits: [] };
  let count = 0;
  const waiting = new Set<() => void>();
  const said = () => {
    count++;
    for (const one of waiting) one();
  };
  const untilGone = async (act: (name: string) => Promise<void>) => {
    for (let number = 0; ; number++) {
      try {
        await act(`r${round}-${number}`);
        said();
      } catch (error) {
        // Any other failure than the loss of the hub is one of the test.
        if (error instanceof TypeError && /fetch failed|terminated/.test(error.message)) return;
        throw error;
      }
    }
  };
  const call = async (name: string, args: object) => {
    const { isError, body } = await callTool(hub.url, name, { home: 'chaos', ...args });
    if (isError) throw new Error(`${name}: ${JSON.stringify(body)}`);
    return body;
  };
  const work = Promise.all([
    untilGone(async (slug) => {
      await addHome(admin, FIRST_TENANT, {
        slug,
        url: `http://10.1.${round}.${acknowledged.homes.length % 250}:${8123 + Math.floor(acknowledged.homes.length / 250)}`,
        token: slug,
      });
      acknowledged.homes.push(slug);
    }),
    untilGone(async (name) => {
      const url = await addConnector(admin, FIRST_TENANT, { name, ceiling: 'read', homes: ['chaos'] });
      acknowledged.connectors.push({ name, url });
    }),
    untilGone(async (alias) => {
      const config = {
        triggers: [{ trigger: 'state', entity_id: 'light.bedside' }],
        actions: [{ action: 'light.turn_off', target: { entity_id: 'light.bedside' } }],
      };
      const key = { BestPracticeKey: await bestPracticeKey(hub.url) };
      const made = created.parse(await call('ha_config_set_automation', { config: { ...config, alias }, ...key }));
      acknowledged.edits.push({ kind: 'automation', id: made.unique_id, after: alias });
      const after = `${alias} again`;
      const again = { identifier: made.unique_id, config: { ...config, alias: after }, ...key };
      await call('ha_config_set_automation', again);
      acknowledged.edits.push({ kind: 'automation', id: made.unique_id, before: alias, after });
    }),
    untilGone(async (name) => {
      const made = createdArea.parse(await call('ha_set_area_or_floor', { kind: 'area', name }));
      acknowledged.edits.push({ kind: 'area', id: made.area_id, after: name });
    }),
  ]);
  return {
    acknowledged,
    work,
    /** Resolves when so many things were acknowledged. */
    acknowledgements: (wanted: number) =>
      new Promise<void>((resolve) => {
        const look = () => count >= wanted && resolve();
        waiting.add(look);
        look();
      }),
  };
}

const homeList = z.object({ homes: z.array(z.object({ slug: z.string() })) });
const connectorList = z.object({ connectors: z.array(z.object({ name: z.string() })) });
const editList = z.object({ edits: z.array(z.object({ id: z.string(), state: z.string(), change: z.string() })) });
const item = z.object({ alias: z.string().optional(), name: z.string().optional() });
const fullEdit = z.object({ before: item.optional(), after: item.optional() });

/** Every acknowledged thing is there, and what it says is what was said. */
async function expectStored(admin: Admin, { homes, connectors, edits }: Acknowledged): Promise<void> {
  const slugs = new Set(homeList.parse(await admin.send('GET', `${TENANT}/homes`)).homes.map(({ slug }) => slug));
  expect(homes.filter((slug) => !slugs.has(slug))).toEqual([]);
  const names = new Set(
    connectorList.parse(await admin.send('GET', `${TENANT}/connectors`)).connectors.map(({ name }) => name),
  );
  expect(connectors.filter(({ name }) => !names.has(name))).toEqual([]);
  for (const { url } of connectors.slice(-2)) expect(await listTools(url)).toContain('ha_get_state');
  for (const edit of edits) expect(await findEdit(admin, edit), JSON.stringify(edit)).toBe(true);
}

async function findEdit(admin: Admin, { kind, id, before, after }: Acknowledged['edits'][number]): Promise<boolean> {
  const query = new URLSearchParams({ kind, item: id, state: 'done' });
  const { edits } = editList.parse(await admin.send('GET', `${TENANT}/edits?${query}`));
  const full = await Promise.all(edits.map((edit) => admin.send('GET', `${TENANT}/edits/${edit.id}`)));
  const nameOf = (one: z.infer<typeof item> | undefined) => one?.alias ?? one?.name;
  return full
    .map((one) => fullEdit.parse(one))
    .some((one) => nameOf(one.before) === before && nameOf(one.after) === after);
}

describe(`${KILLS} times kill -9`, () => {
  it('during the first start, at any moment of it: the next start makes up for it', { timeout: 120_000 }, async () => {
    for (const afterMs of [300, 600, 900, 1_200]) {
      await killDuringStart({ dataDir, env }, afterMs);
      if (randomInt(2) === 0) await killDatabase();
    }
    await using hub = await startHub({ dataDir, env });
    expect(await listTools(hub.url)).toContain('ha_config_set_automation');
  });

  it('in the middle of registrations and edits: nothing acknowledged is lost, and the URL works', {
    timeout: 600_000,
  }, async () => {
    let url: string | undefined;
    let last: Acknowledged = { homes: [], connectors: [], edits: [] };
    for (let round = 0; round < KILLS; round++) {
      const hub = await startHub({ dataDir, env });
      url ??= hub.url;
      expect(hub.url).toBe(url);
      const admin = await openAdmin(hub);
      await expectStored(admin, last);
      const { acknowledged, work, acknowledgements } = workUntilGone(hub, admin, round);
      work.catch(() => undefined);
      await Promise.race([acknowledgements(randomInt(4, 40)), work]);
      // Not always right behind an answer.
      await delay(randomInt(20));
      await hub.kill();
      // As when a container goes, or memory runs out: the database with all its processes at the same moment.
      if (round % 2 === 1) await killDatabase();
      await work;
      expect(sizeOf(acknowledged)).toBeGreaterThan(0);
      stored.homes.push(...acknowledged.homes);
      stored.connectors.push(...acknowledged.connectors);
      stored.edits.push(...acknowledged.edits);
      last = acknowledged;
    }
  });

  it('after all of them everything is there, at the home as well, and nothing is left running', {
    timeout: 120_000,
  }, async () => {
    const hub = await startHub({ dataDir, env });
    await expectStored(await openAdmin(hub), stored);
    const lastNames = new Map(stored.edits.map(({ kind, id, after }) => [`${kind} ${id}`, after]));
    for (const [key, name] of lastNames) {
      const [kind, id] = key.split(' ');
      if (kind !== 'automation') continue;
      const { body } = await callTool(hub.url, 'ha_config_get_automation', { home: 'chaos', identifier: id });
      expect(JSON.stringify(body)).toContain(name);
    }
    expect(await hub.stop()).toMatchObject({ code: 0 });
    expect(await databaseProcesses(dataDir)).toEqual([]);
  });
});

function sizeOf({ homes, connectors, edits }: Acknowledged): number {
  return homes.length + connectors.length + edits.length;
}

async function killDatabase(): Promise<void> {
  for (const pid of await databaseProcesses(dataDir)) signalIfThere(pid, 'SIGKILL');
}
