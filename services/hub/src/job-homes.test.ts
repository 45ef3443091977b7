import { randomBytes } from 'node:crypto';
import { newId } from '@hub/core/ids.ts';
import { SYSTEM_ACTOR } from '@hub/db/actor.ts';
import { tenantTrx } from '@hub/db/doors.ts';
import { registerHome } from '@hub/db/homes.ts';
import { claimJob, finishJob, handBackJob } from '@hub/db/job-claims.ts';
import { enqueueJob } from '@hub/db/jobs.ts';
import { claimReplica, releaseReplica } from '@hub/db/replicas.ts';
import { createTenant } from '@hub/db/tenants.ts';
import { createTestDatabase, type TestDatabase } from '@hub/db/testing/database.ts';
import { createPlaces } from '@hub/gate/cluster/places.ts';
import { openRemoteHome } from '@hub/gate/cluster/remote-homes.ts';
import type { Home } from '@hub/ha/home.ts';
import { callService } from '@hub/ha/services.ts';
import { freePort } from '@hub/real-home/free-port.ts';
import { createLogger } from '@hub/runtime/log.ts';
import { createMetrics } from '@hub/runtime/metrics.ts';
import { createPeerClient } from '@hub/runtime/peer.ts';
import { type SimulatedHome, startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createInternalServer } from './cluster/internal-server.ts';
import { createHomes } from './homes.ts';
import { type JobHomesDeps, openJobHomes } from './job-homes.ts';

const LAMP = 'light.bedside';
const keys = { usedId: 1, keyOf: () => psk };
const psk = randomBytes(32);
const log = createLogger({ name: 'test', level: 'silent', to: 'stderr', pretty: false });
const metrics = createMetrics({ version: '0', service: 'hub' });
const ending: (() => unknown)[] = [];
let database: TestDatabase;
let cabin: SimulatedHome;
let tenantId: string;
let homeId: string;

beforeAll(async () => {
  [database, cabin] = [await createTestDatabase(), await startSimulatedHome({ name: 'Cabin' })];
  const { db, vault } = database;
  tenantId = (await createTenant(db, vault, { slug: 'fjord', name: 'Fjord' }, SYSTEM_ACTOR)).id;
  const link = { url: cabin.url, token: cabin.token };
  homeId = (await registerHome(db, vault, tenantId, { name: 'Cabin', link }, SYSTEM_ACTOR)).home.id;
});
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});
afterAll(async () => {
  await database.drop();
  await cabin.close();
});

/** A hub of the cluster, as far as it holds homes and asks other hubs for theirs. */
async function join() {
  const { db, vault } = database;
  const [replicaId, port] = [newId(), await freePort()];
  await claimReplica(db, { id: replicaId, address: `127.0.0.1:${port}`, isAlone: false, leaseMs: 60_000 });
  const places = createPlaces({ db, replicaId, onMoved: (moved) => void homes.release(moved) });
  const peers = createPeerClient(keys);
  const cluster: JobHomesDeps['cluster'] = {
    openElsewhere: async (tenant, id, caller) =>
      (await places.locate(id)) === 'here'
        ? undefined
        : openRemoteHome({ places, peers }, { tenantId: tenant, homeId: id }, caller),
  };
  const { openElsewhere } = cluster;
  const homes = createHomes({ db, vault, log, metrics, allowPrivateAddresses: true, openElsewhere });
  const unused = () => Promise.reject(new Error('no call is forwarded'));
  const forwarding = { gate: { call: unused }, directory: { findById: unused } };
  const server = createInternalServer({ db, keys, places, homes, metrics, log, ...forwarding });
  await server.listen('127.0.0.1', port);
  const leave = async () => {
    await releaseReplica(db, replicaId);
    places.dropAll();
  };
  ending.push(() => homes.close(), peers.close, server.close, leave);
  return { places, leave, openHome: openJobHomes({ db, homes, cluster }) };
}

/** A job that a first runner was taken for dead with, so that a second one has it. */
async function claimedTwice() {
  const { db } = database;
  const of = { tenantId, homeId, kind: 'test', args: {}, isExclusive: true, actor: SYSTEM_ACTOR };
  await tenantTrx(db, tenantId, (trx) => enqueueJob(trx, of));
  const claim = async () => {
    const claimed = await claimJob(db, { worker: newId(), kinds: ['test'], leaseMs: 60_000 });
    if (!claimed) throw new Error('there is nothing to claim');
    return claimed.claim;
  };
  const old = await claim();
  await handBackJob(db, old);
  const current = await claim();
  ending.push(() => finishJob(db, current, { state: 'done', result: null }));
  return { old, current };
}

const light = (home: Home, service: 'turn_on' | 'turn_off') =>
  callService(home, 'light', service, { target: { entity_id: LAMP } });

async function actsAlone(old: Home, current: Home): Promise<void> {
  await light(current, 'turn_on');
  await expect(light(old, 'turn_off')).rejects.toMatchObject({ code: 'RESOURCE_LOCKED' });
  expect(cabin.stateOf(LAMP)).toBe('on');
  await light(current, 'turn_off');
  expect(cabin.stateOf(LAMP)).toBe('off');
}

test('an attempt that is over writes nothing at a home this hub holds', async () => {
  const hub = await join();
  expect(await hub.places.locate(homeId)).toBe('here');
  const { old, current } = await claimedTwice();
  await actsAlone(await hub.openHome(homeId, tenantId, old), await hub.openHome(homeId, tenantId, current));
});

test('nor at one that another hub holds, and which has not heard of a newer attempt', async () => {
  const [holder, hub] = [await join(), await join()];
  expect(await holder.places.locate(homeId)).toBe('here');
  const { old, current } = await claimedTwice();
  const late = await hub.openHome(homeId, tenantId, old);
  await expect(light(late, 'turn_on')).rejects.toMatchObject({ code: 'RESOURCE_LOCKED' });
  await actsAlone(late, await hub.openHome(homeId, tenantId, current));
});

test('nor at a holder that took the home over since the newer attempt acted', async () => {
  const [first, second, hub] = [await join(), await join(), await join()];
  expect(await first.places.locate(homeId)).toBe('here');
  const { old, current } = await claimedTwice();
  await light(await hub.openHome(homeId, tenantId, current), 'turn_on');
  await first.leave();
  expect(await second.places.locate(homeId)).toBe('here');
  await expect(light(await hub.openHome(homeId, tenantId, old), 'turn_off')).rejects.toMatchObject({
    code: 'RESOURCE_LOCKED',
  });
  expect(cabin.stateOf(LAMP)).toBe('on');
});
