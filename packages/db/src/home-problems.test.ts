import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM_ACTOR } from './actor.ts';
import { tenantTrx } from './doors.ts';
import { noteProblems } from './home-problems.ts';
import { writeHomeMissed } from './home-status.ts';
import { registerHome } from './homes.ts';
import { createTenant } from './tenants.ts';
import { createTestDatabase, type TestDatabase } from './testing/database.ts';

let made: TestDatabase;
beforeAll(async () => {
  made = await createTestDatabase();
});
afterAll(() => made.drop());

test('what passed before it was told is as young as any when it comes again, though the home never ran between', async () => {
  const { db, vault } = made;
  const tenant = await createTenant(db, vault, { name: 'Family', slug: 'family' }, SYSTEM_ACTOR);
  const link = { url: 'http://cabin.example', token: 'a' };
  const { id: homeId } = (await registerHome(db, vault, tenant.id, { slug: 'cabin', link }, SYSTEM_ACTOR)).home;
  const fault = { code: 'CONNECTION_FAILED', message: 'away' } as const;
  await writeHomeMissed(db, tenant.id, homeId, { state: 'offline', fault });
  const look = (kind: string, graceMs: number) => noteProblems(db, tenant.id, [{ homeId, kind, text: kind }], graceMs);
  await look('state', 60_000);
  await tenantTrx(db, tenant.id, (trx) =>
    sql`update home_problem set since = now() - interval '30 seconds'`.execute(trx),
  );
  expect(await look('refused', 0)).toMatchObject([{ event: 'problem', kind: 'refused' }]);
  expect(await look('state', 30_000)).toEqual([]);
});
