import { newId } from '@hub/core/ids.ts';
import { SYSTEM_ACTOR } from '@hub/db/actor.ts';
import { noteChange } from '@hub/db/changes.ts';
import { type Database, openDatabase } from '@hub/db/database.ts';
import { tenantTrx } from '@hub/db/doors.ts';
import { createTenant } from '@hub/db/tenants.ts';
import { createTestDatabase, type TestDatabase } from '@hub/db/testing/database.ts';
import { createLogger } from '@hub/runtime/log.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { watchChanges } from './change-watch.ts';

let made: TestDatabase;
let tenantId: string;
beforeAll(async () => {
  made = await createTestDatabase();
  tenantId = (await createTenant(made.db, made.vault, { name: 'Watched' }, SYSTEM_ACTOR)).id;
});
afterAll(() => made.drop());

const log = createLogger({ name: 'test', level: 'silent', to: 'stderr' });

/** Keeps a transaction open around `work`; a change of its own makes PostgreSQL count it among those that write. */
async function during(db: Database, ownRow: string, work: () => Promise<void>): Promise<void> {
  const [begun, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const open = tenantTrx(db, tenantId, async (trx) => {
    await noteChange(trx, tenantId, 'home', ownRow);
    begun.resolve();
    await over.promise;
  });
  await begun.promise;
  await work().finally(() => over.resolve());
  await open;
}

test('a change is acted on once, also while an older transaction makes the database tell it again', async () => {
  const stop = new AbortController();
  const seen: string[] = [];
  const onChanges = async (changes: readonly { rowId: string }[]) => void seen.push(...changes.map((one) => one.rowId));
  const watch = await watchChanges({ db: made.db, log, signal: stop.signal, onChanges, onBlind: () => undefined });
  const [rowId, lateRow] = [newId(), newId()];
  await during(made.db, lateRow, async () => {
    await tenantTrx(made.db, tenantId, (trx) => noteChange(trx, tenantId, 'home', rowId));
    await watch.look();
    await watch.look();
  });
  await watch.look();
  expect(seen).toEqual([rowId, lateRow]);
  stop.abort();
});

test('a database that hangs is told as blindness, and what changed meanwhile is acted on afterwards', async () => {
  const stop = new AbortController();
  const seen: string[] = [];
  let blind = 0;
  // With its only connection taken it answers nothing.
  const db = openDatabase({ ...made.connection, maxConnections: 1 });
  const watch = await watchChanges({
    ...{ db, log, signal: stop.signal, answerMs: 50 },
    onChanges: async (changes) => void seen.push(...changes.map((one) => one.rowId)),
    onBlind: () => void blind++,
  });
  const rowId = newId();
  await tenantTrx(made.db, tenantId, (trx) => noteChange(trx, tenantId, 'home', rowId));
  await during(db, newId(), async () => {
    await watch.look();
    await watch.look();
    expect([seen, blind]).toEqual([[], 2]);
  });
  await expect.poll(() => watch.look().then(() => seen)).toContain(rowId);
  stop.abort();
  await db.destroy();
});

test('any number of looks asked for while one is under way are one more', async () => {
  const stop = new AbortController();
  let reads = 0;
  const db = openDatabase({
    ...{ ...made.connection, maxConnections: 1 },
    onQuery: (_durationMs, operation) => void (operation === 'select' && reads++),
  });
  const nothing = { onChanges: async () => undefined, onBlind: () => undefined };
  const watch = await watchChanges({ db, log, signal: stop.signal, ...nothing });
  const before = reads;
  await watch.look();
  const ofOne = reads - before;
  await Promise.all(Array.from({ length: 50 }, () => watch.look()));
  // The look of each second may come in between.
  expect((reads - before) / ofOne).toBeLessThanOrEqual(4);
  stop.abort();
  await db.destroy();
});
