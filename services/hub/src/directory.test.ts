import { hashSecret } from '@hub/core/ids.ts';
import { SYSTEM_ACTOR } from '@hub/db/actor.ts';
import { createConnector } from '@hub/db/connectors.ts';
import { createPerson, ensureMember } from '@hub/db/people.ts';
import { createTenant } from '@hub/db/tenants.ts';
import { createTestDatabase, type TestDatabase } from '@hub/db/testing/database.ts';
import { createMetrics } from '@hub/runtime/metrics.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDirectory } from './directory.ts';

let made: TestDatabase;
beforeAll(async () => {
  made = await createTestDatabase();
});
afterAll(() => made.drop());

test('a connector that was looked up while a change came in is told of the next one', async () => {
  const { db, vault } = made;
  const { id: tenantId } = await createTenant(db, vault, { name: 'Fjord' }, SYSTEM_ACTOR);
  const { id: personId } = await createPerson(db, { name: 'Anna' }, SYSTEM_ACTOR);
  const { id: memberId } = await ensureMember(db, tenantId, personId, 'owner', SYSTEM_ACTOR);
  const asked = { memberId, name: 'anna', ceiling: 'control', homes: { kind: 'all' } } as const;
  const { connector, secret } = await createConnector(db, tenantId, asked, SYSTEM_ACTOR);
  const directory = createDirectory(db, createMetrics({ version: '0', service: 'hub' }));
  const finding = directory.find(hashSecret(secret).toString('base64url'));
  directory.forgetTenant(tenantId);
  expect(await finding).toMatchObject({ access: { id: connector.id } });
  // Whoever listens to a stream of it meanwhile is cut off only if it is among those that are forgotten now.
  expect(directory.forgetTenant(tenantId)).toMatchObject([{ access: { id: connector.id } }]);
});
