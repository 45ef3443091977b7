import { tenantTrx } from '@hub/db/doors.ts';
import { type SimulatedHomes, startSimulatedHomes } from '@hub/simulated-home/simulated-homes.ts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { addConnector, addHome, FIRST_TENANT, openAdmin } from '../admin.ts';
import { callTool } from '../ask-hub.ts';
import { makeDataDir, openHubDatabase, type RunningHub, removeDataDir, startHub, steadyPort } from '../start-hub.ts';

const SIZE = { entities: 10, devices: 2, automations: 1, eventsPerSecond: 0 };
const UPDATE = 'config/area_registry/update';
const LIST = 'config/area_registry/list';

let homes: SimulatedHomes;
let dataDir: string;
let env: Readonly<Record<string, string>>;
let hub: RunningHub;
let url: string;
let tenantId: string;
/** What happens at a home before it carries a command out. */
let meanwhile: ((home: string, type: string) => Promise<unknown> | undefined) | undefined;
/** Homes by the writes that they carried out. */
let written: string[] = [];

beforeAll(async () => {
  homes = await startSimulatedHomes(2, SIZE, {
    host: '0.0.0.0',
    async heard(home, { type }) {
      await meanwhile?.(home, String(type));
      if (type === UPDATE) written.push(home);
    },
  });
  dataDir = await makeDataDir();
  env = { PORT: String(await steadyPort()), SWEEP_MINUTES: '0' };
  hub = await startHub({ dataDir, env });
  const admin = await openAdmin(hub);
  tenantId = z.object({ id: z.string() }).parse(await admin.send('GET', `/tenants/${FIRST_TENANT}`)).id;
  for (const number of [0, 1])
    await addHome(admin, FIRST_TENANT, {
      slug: `house-${number}`,
      // One address is one home.
      url: homes.url.replace(/\/\/[^:]+/, `//127.0.3.${number + 1}`),
      token: homes.address(number).token,
    });
  const connector = { name: 'fleet', ceiling: 'configure', homes: ['house-0', 'house-1'] } as const;
  url = await addConnector(admin, FIRST_TENANT, connector);
  for (const home of ['house-0', 'house-1'])
    expect(await callTool(url, 'ha_set_area_or_floor', { home, kind: 'area', name: 'Den' })).toMatchObject({
      isError: false,
    });
});
afterAll(async () => {
  await hub?.stop();
  await removeDataDir(dataDir);
  await homes?.close();
});
beforeEach(() => {
  meanwhile = undefined;
  written = [];
});

const planned = z.object({ plan_id: z.string() });
const listed = z.object({ jobs: z.array(z.object({ job_id: z.string(), kind: z.string() })) });

/** A run over both homes whose hub is killed by what `deathOf` does at the first, and started anew on the same data. */
async function runAcrossKill(
  icon: string,
  deathOf: (type: string, kill: () => Promise<unknown>) => Promise<unknown> | undefined,
) {
  const asked = { tool: 'ha_set_area_or_floor', args: { kind: 'area', id: 'den', icon }, soak_seconds: 0 };
  const { plan_id } = planned.parse((await callTool(url, 'ha_fleet_run', asked)).body);
  const killed = hub.ended;
  let isDead = false;
  meanwhile = (home, type) => {
    if (isDead || !home.endsWith(' 0')) return undefined;
    return deathOf(type, () => {
      isDead = true;
      return hub.kill();
    });
  };
  await expect(callTool(url, 'ha_fleet_run', { ...asked, plan_id })).rejects.toThrow();
  expect(await killed).toMatchObject({ signal: 'SIGKILL' });
  {
    // As if two minutes had gone by: a call that has said nothing by then says nothing any more.
    await using database = await openHubDatabase(dataDir);
    const cutOff = await tenantTrx(database.db, tenantId, async (trx) => {
      const rows = await trx.selectFrom('audit').select(['call_id', 'phase']).execute();
      const ended = new Set(rows.flatMap(({ call_id, phase }) => (phase === 'intent' ? [] : [call_id])));
      const open = rows.filter(({ call_id }) => !ended.has(call_id)).map(({ call_id }) => call_id);
      const stored_at = new Date(Date.now() - 180_000);
      await trx.updateTable('audit').set({ stored_at }).where('call_id', 'in', open).execute();
      return open.length;
    });
    expect(cutOff).toBe(1);
  }
  hub = await startHub({ dataDir, env });
  const { jobs } = listed.parse((await callTool(url, 'ha_list_jobs')).body);
  const run = jobs.find(({ kind }) => kind === 'fleet.run');
  return (await callTool(url, 'ha_get_job', { job_id: run?.job_id, wait_seconds: 50 })).body;
}

test('a hub that is killed after the home took the write tells it as done and does not repeat it', async () => {
  const ended = await runAcrossKill('mdi:sofa', (type, kill) => (type === UPDATE ? kill() : undefined));
  expect(ended).toMatchObject({ result: { done: 2, failed: 0, unknown: 0, not_run: [] } });
  expect(written.toSorted()).toEqual(['Simulated home 0', 'Simulated home 1']);
}, 120_000);

test('a hub that is killed before the home took it makes it once', async () => {
  const ended = await runAcrossKill('mdi:bed', (type, kill) =>
    type === UPDATE
      ? kill().then(() => {
          throw new Error('the home never got it');
        })
      : undefined,
  );
  expect(ended).toMatchObject({ result: { done: 2, failed: 0, unknown: 0, not_run: [] } });
  expect(written.toSorted()).toEqual(['Simulated home 0', 'Simulated home 1']);
}, 120_000);

test('a hub that is killed before the write left makes it once', async () => {
  const ended = await runAcrossKill('mdi:lamp', (type, kill) => (type === LIST ? kill() : undefined));
  expect(ended).toMatchObject({ result: { done: 2, failed: 0, unknown: 0, not_run: [] } });
  expect(written.toSorted()).toEqual(['Simulated home 0', 'Simulated home 1']);
}, 120_000);
