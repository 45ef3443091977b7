import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Database, openDatabase } from './database.ts';
import { tenantTrx } from './doors.ts';
import { createTenant, findTenant } from './tenants.ts';
import { createTestDatabase, type TestDatabase } from './testing/database.ts';
import { type LossyDoor, openLossyDoor } from './testing/lossy-door.ts';

const SYSTEM = { kind: 'system' } as const;
let made: TestDatabase;
let door: LossyDoor;
let db: Database;
beforeAll(async () => {
  made = await createTestDatabase();
  door = await openLossyDoor(made.connection);
  db = openDatabase({ ...door.connection, maxConnections: 1 });
});
afterAll(async () => {
  await db.destroy();
  await door[Symbol.asyncDispose]();
  await made.drop();
});
/** The pool may hand out the cut connection once before it has heard of the cut. */
beforeEach(async () => {
  await findTenant(db, 'nobody').catch(() => undefined);
});

test('a commit whose answer is lost is unknown, as what it stored is there', async () => {
  door.loseNextCommit();
  const lost = createTenant(db, made.vault, { name: 'Stored', slug: 'stored' }, SYSTEM);
  await expect(lost).rejects.toMatchObject({
    ...{ code: 'STORAGE_UNAVAILABLE', outcomeUnknown: true },
    suggestions: ['Look whether it is there before you repeat it.'],
  });
  expect(await findTenant(made.db, 'stored')).toMatchObject({ name: 'Stored' });
});

test('a read whose commit is lost is simply read again, also by a statement that could have written', async () => {
  const { id } = await createTenant(made.db, made.vault, { name: 'Read', slug: 'read' }, SYSTEM);
  for (const read of [sql`select name from home`, sql`update home set name = 'none' where false`]) {
    await findTenant(db, 'nobody').catch(() => undefined);
    door.loseNextCommit();
    const lost = tenantTrx(db, id, (trx) => read.execute(trx));
    await expect(lost).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE', outcomeUnknown: false });
  }
});

test('what is cut before its commit is certain not to be stored', async () => {
  const { id } = await createTenant(made.db, made.vault, { name: 'Cut', slug: 'cut' }, SYSTEM);
  const cut = tenantTrx(db, id, async (trx) => {
    await sql`update tenant set name = 'Changed' where id = ${id}`.execute(trx);
    await sql`select pg_terminate_backend(pg_backend_pid())`.execute(trx);
  });
  await expect(cut).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE', outcomeUnknown: false });
  expect(await findTenant(made.db, 'cut')).toMatchObject({ name: 'Cut' });
});
