import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { SYSTEM_ACTOR } from './actor.ts';
import { type AskedLooks, askForLooks, countLooks, listMissed, readNow } from './home-looks.ts';
import { writeHomeMissed, writeHomeStatus } from './home-status.ts';
import { type DueHome, putOff, takeDueHomes } from './home-sweeps.ts';
import { registerHome } from './homes.ts';
import { createTenant } from './tenants.ts';
import { createTestDatabase, type TestDatabase } from './testing/database.ts';

const QUARTER_MS = 900_000;

let made: TestDatabase;
let tenantId: string;
beforeAll(async () => {
  made = await createTestDatabase();
});
afterAll(() => made.drop());
beforeEach(async () => {
  const slug = `t-${Math.random().toString(36).slice(2)}`;
  tenantId = (await createTenant(made.db, made.vault, { name: 'Family', slug }, SYSTEM_ACTOR)).id;
});

const add = async (slug: string) =>
  (
    await registerHome(
      made.db,
      made.vault,
      tenantId,
      { slug, link: { url: `http://${slug}.x`, token: 'a' } },
      SYSTEM_ACTOR,
    )
  ).home.id;
const take = async () =>
  (await takeDueHomes(made.db, { count: 50, ofAway: 50 }, 60_000)).filter((one) => one.tenantId === tenantId);
async function look(taken: readonly DueHome[], state: 'running' | 'offline' = 'running'): Promise<void> {
  const fault = { code: 'CONNECTION_FAILED', message: 'away' } as const;
  const status = { haVersion: '2026.11.0', isAdmin: true, locationName: undefined, lastSeenAt: undefined };
  for (const due of taken) {
    if (state === 'offline') await writeHomeMissed(made.db, tenantId, due.homeId, { state, fault });
    else {
      const checkedAt = new Date();
      await writeHomeStatus(made.db, tenantId, due.homeId, { ...status, state, fault: undefined, checkedAt });
    }
    await putOff(made.db, due, QUARTER_MS);
  }
}
const ask = async (homeIds?: readonly string[]): Promise<AskedLooks> => {
  const asked = { tenantId, since: await readNow(made.db), homeIds };
  await askForLooks(made.db, asked, false);
  return asked;
};
/** Until the database's clock shows a later millisecond, as times are compared in whole ones. */
async function clockMovesOn(): Promise<void> {
  const at = await readNow(made.db);
  while ((await readNow(made.db)) <= at);
}
const count = (asked: AskedLooks) => countLooks(made.db, asked);

test('homes that were put off are due at once, and those of other tenants are not', async () => {
  const [cabin] = [await add('cabin'), await add('flat')];
  await look(await take());
  expect(await take()).toEqual([]);
  const asked = await ask([cabin]);
  expect(await count(asked)).toEqual({ total: 1, looked: 0, running: 0 });
  const taken = await take();
  expect(taken.map(({ homeId }) => homeId)).toEqual([cabin]);
  await look(taken);
  expect(await count(asked)).toEqual({ total: 1, looked: 1, running: 1 });
});

test('a home that is found away counts, and is named; one that nobody looked at is named as such', async () => {
  const away = await add('away');
  await look(await take());
  await add('never');
  const asked = await ask();
  const taken = await take();
  await look(
    taken.filter(({ homeId }) => homeId === away),
    'offline',
  );
  expect(await count(asked)).toEqual({ total: 2, looked: 1, running: 0 });
  expect(await listMissed(made.db, asked)).toEqual([
    { slug: 'away', state: 'offline', isLooked: true },
    { slug: 'never', state: undefined, isLooked: false },
  ]);
});

test('a look that was under way when somebody asked does not count, and the one asked for is made after it', async () => {
  await add('cabin');
  const underWay = await take();
  await clockMovesOn();
  const asked = await ask();
  await look(underWay);
  expect(await count(asked)).toMatchObject({ looked: 0 });
  await askForLooks(made.db, asked, true);
  const taken = await take();
  await look(taken);
  expect(taken).toHaveLength(1);
  expect(await count(asked)).toMatchObject({ looked: 1, running: 1 });
});

test('asking again takes no home out of hands, and makes none due that was looked at', async () => {
  await add('cabin');
  await look(await take());
  const asked = await ask();
  const taken = await take();
  await askForLooks(made.db, asked, true);
  expect(await take()).toEqual([]);
  await look(taken);
  await askForLooks(made.db, asked, true);
  expect(await take()).toEqual([]);
});
