import { newId } from '@hub/core/ids.ts';
import { SYSTEM_ACTOR } from '@hub/db/actor.ts';
import { listAudit } from '@hub/db/audit.ts';
import { createTenant } from '@hub/db/tenants.ts';
import { createTestDatabase, type TestDatabase } from '@hub/db/testing/database.ts';
import { createLogger } from '@hub/runtime/log.ts';
import { createMetrics } from '@hub/runtime/metrics.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
const DONE = { outcome: 'done', faultCode: undefined, durationMs: 1 } as const;

test('what a client sends cannot keep its own row, or those of others, out of the trail', async () => {
  const metrics = createMetrics({ version: '0', commit: '' });
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
