import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { newId } from '@hub/core/ids.ts';
import { SYSTEM_ACTOR } from '@hub/db/actor.ts';
import { listAudit } from '@hub/db/audit.ts';
import { takeHome } from '@hub/db/home-holders.ts';
import { registerHome } from '@hub/db/homes.ts';
import { claimReplica, releaseReplica } from '@hub/db/replicas.ts';
import { createTenant } from '@hub/db/tenants.ts';
import { createTestDatabase, type TestDatabase } from '@hub/db/testing/database.ts';
import { createLogger } from '@hub/runtime/log.ts';
import { createMetrics } from '@hub/runtime/metrics.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPlaces } from './cluster/places.ts';
import { createStoredTrail } from './stored-trail.ts';
import type { TrailEntry } from './trail.ts';

let made: TestDatabase;
let tenantId: string;
beforeAll(async () => {
  made = await createTestDatabase();
  tenantId = (await createTenant(made.db, made.vault, { name: 'Trail' }, SYSTEM_ACTOR)).id;
});
afterAll(() => made.drop());

const log = createLogger({ name: 'test', level: 'silent', to: 'stderr' });
const read = (entry: Partial<TrailEntry> = {}): TrailEntry => ({
  ...{ callId: newId(), tenantId, connectorId: newId(), memberId: newId(), homeId: undefined },
  ...{ tool: 'ha_get_state', effect: 'read', items: [], input: {}, startedAt: new Date() },
  ...entry,
});
/** After a collection, in bytes. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

const DONE = { outcome: 'done', faultCode: undefined, durationMs: 1 } as const;

test('what a client sends cannot keep its own row, or those of others, out of the trail', async () => {
  const metrics = createMetrics({ version: '0', service: 'hub' });
  const trail = createStoredTrail({ db: made.db, replicaId: newId(), metrics, log });
  const odd = [
    read({ input: { entity_id: 'light.a\0', 'key\0': 1 } }),
    // Shortened right between the halves of an emoji.
    read({ input: { text: `${'x'.repeat(119)}🏠` } }),
  ];
  const plain = [read(), read(), read()];
  const ofNobody = read({ tenantId: newId() });
  for (const entry of [...odd, ofNobody, ...plain]) trail.note(entry, DONE);
  await trail.flush();
  const stored = (await listAudit(made.db, tenantId)).map(({ callId }) => callId);
  expect(stored.sort()).toEqual([...odd, ...plain].map(({ callId }) => callId).sort());
  expect(await metrics.render()).toContain('hub_audit_rows_total{outcome="dropped"} 1');
});

test('what waits for a database that is away takes little room, and is stored when it is back', async () => {
  const metrics = createMetrics({ version: '0', service: 'hub' });
  const door = { isOpen: false };
  // Every query goes through a transaction; closed, it fails as a lost connection does.
  const db = new Proxy(made.db, {
    get: (target, key) => {
      if (key === 'transaction' && !door.isOpen) throw new Error('connection refused');
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const trail = createStoredTrail({ db, replicaId: newId(), metrics, log });
  const connectorId = newId();
  trail.note(read({ connectorId }), DONE);
  await trail.flush();
  const heapBefore = heapUsed();
  for (let n = 0; n < 100; n++)
    trail.note(
      read({ connectorId, input: { rows: Array.from({ length: 10_000 }, (_, row) => `${n} ${row} text`) } }),
      DONE,
    );
  await trail.flush();
  expect(heapUsed() - heapBefore).toBeLessThan(10_000_000);
  door.isOpen = true;
  await trail.flush();
  const stored = await listAudit(made.db, tenantId, { connectorId, limit: 200 });
  expect(stored).toHaveLength(101);
  // What is stored late is not lost, and pages nobody.
  expect(await metrics.render()).toContain('hub_audit_rows_total{outcome="failed"} 0');
  expect(stored[0]?.argsSummary).toMatchObject({ rows: expect.arrayContaining(['99 0 text']) });
});

test('a write is stored, and so may be sent, only while the home has not changed hands', async () => {
  const { db, vault } = made;
  const link = { url: 'http://cabin.example', token: 'x' };
  const { home } = await registerHome(db, vault, tenantId, { name: 'Cabin', link }, SYSTEM_ACTOR);
  const [replicaId, other] = [newId(), newId()];
  for (const id of [replicaId, other])
    await claimReplica(db, { id, address: `${id}:1`, isAlone: false, leaseMs: 60_000 });
  const places = createPlaces({ db, replicaId, onMoved: () => undefined });
  expect(await places.locate(home.id)).toBe('here');
  const metrics = createMetrics({ version: '0', service: 'hub' });
  const trail = createStoredTrail({ db, replicaId, holdOf: places.holdOf, metrics, log });
  const write = () => read({ homeId: home.id, tool: 'ha_config_set_area', effect: 'configure' });
  const kept = write();
  await trail.intend(kept);
  // As after a time in which it stood still: it does not know yet that another took the home.
  await releaseReplica(db, replicaId);
  await takeHome(db, home.id, other);
  await expect(trail.intend(write())).rejects.toMatchObject({ code: 'CONNECTION_FAILED' });
  expect((await listAudit(db, tenantId, { homeId: home.id })).map(({ callId }) => callId)).toEqual([kept.callId]);
});
