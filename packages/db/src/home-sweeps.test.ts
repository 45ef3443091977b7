import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM_ACTOR } from './actor.ts';
import { setClock } from './home-clock.ts';
import { writeHomeMissed } from './home-status.ts';
import { putOff, takeDueHomes } from './home-sweeps.ts';
import { registerHome } from './homes.ts';
import { createTenant } from './tenants.ts';
import { createTestDatabase, type TestDatabase } from './testing/database.ts';

let made: TestDatabase;
beforeAll(async () => {
  made = await createTestDatabase();
});
afterAll(() => made.drop());

test('homes that were away take no more than their part, however long they are due', async () => {
  const { db, vault } = made;
  const tenant = await createTenant(db, vault, { name: 'Family', slug: 'family' }, SYSTEM_ACTOR);
  const add = async (slug: string) =>
    (
      await registerHome(
        db,
        vault,
        tenant.id,
        { slug, link: { url: `http://${slug}.example`, token: 'a' } },
        SYSTEM_ACTOR,
      )
    ).home.id;
  const fault = { code: 'CONNECTION_FAILED', message: 'away' } as const;
  for (let at = 0; at < 6; at++) {
    await writeHomeMissed(db, tenant.id, await add(`away-${at}`), { state: 'offline', fault });
  }
  await takeDueHomes(db, { count: 10, ofAway: 10 }, -60_000);
  const well = await add('well');
  await takeDueHomes(db, { count: 1, ofAway: 0 }, -1_000);
  const taken = await takeDueHomes(db, { count: 4, ofAway: 2 }, 60_000);
  expect(taken.map(({ wasAway }) => wasAway).sort()).toEqual([false, true, true]);
  expect(taken.find(({ wasAway }) => !wasAway)).toMatchObject({ homeId: well, tenantId: tenant.id });
  expect(await takeDueHomes(db, { count: 4, ofAway: 0 }, 60_000)).toEqual([]);
  await putOff(db, { homeId: well, takenAt: new Date() }, -1);
  expect(await takeDueHomes(db, { count: 4, ofAway: 4 }, 60_000)).toHaveLength(4);
});

test('a home is taken with the clock it goes by, and whether a person said so', async () => {
  const { db, vault } = made;
  const { id: tenantId } = await createTenant(db, vault, { name: 'Clocks', slug: 'clocks' }, SYSTEM_ACTOR);
  const add = async (slug: string) => {
    const link = { url: `http://${slug}.example`, token: 'a' };
    return (await registerHome(db, vault, tenantId, { slug, link }, SYSTEM_ACTOR)).home.id;
  };
  const [unseen, learnt, said] = [await add('unseen'), await add('learnt'), await add('said')];
  await setClock(db, { tenantId, homeId: learnt }, { seenTimeZone: 'Europe/Berlin' });
  await setClock(db, { tenantId, homeId: said }, { timeZone: 'Asia/Tokyo' });
  const taken = (await takeDueHomes(db, { count: 10, ofAway: 0 }, 60_000)).filter((one) => one.tenantId === tenantId);
  const clocks = taken.map(({ homeId, timeZone, followsClock }) => [homeId, { timeZone, followsClock }] as const);
  expect(new Map(clocks)).toEqual(
    new Map([
      [unseen, { timeZone: null, followsClock: true }],
      [learnt, { timeZone: 'Europe/Berlin', followsClock: true }],
      [said, { timeZone: 'Asia/Tokyo', followsClock: false }],
    ]),
  );
});
