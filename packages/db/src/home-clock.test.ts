import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM_ACTOR } from './actor.ts';
import { tenantTrx } from './doors.ts';
import { type ClockInput, setClock } from './home-clock.ts';
import { findHome, registerHome, updateHome } from './homes.ts';
import { addSchedule, listSchedules, startDueSchedules } from './schedules.ts';
import { createTenant } from './tenants.ts';
import { createTestDatabase, type TestDatabase } from './testing/database.ts';

let made: TestDatabase;
beforeAll(async () => {
  made = await createTestDatabase();
});
afterAll(() => made.drop());

/** A home with a schedule at half past three each night. */
async function addHome(slug: string) {
  const { db, vault } = made;
  const { id: tenantId } = await createTenant(db, vault, { name: slug, slug }, SYSTEM_ACTOR);
  const link = { url: 'http://cabin.example', token: 'a' };
  const { id: homeId } = (await registerHome(db, vault, tenantId, { link }, SYSTEM_ACTOR)).home;
  const nightly = { homeId, name: 'nightly', cron: '30 3 * * *', kind: 'backup.create', args: {} };
  await addSchedule(db, tenantId, { ...nightly, nextAt: new Date(Date.now() + 86_400_000) }, SYSTEM_ACTOR);
  const nextAt = async () => (await listSchedules(db, tenantId))[0]?.nextAt.toISOString().slice(11, 16);
  return { db, vault, tenantId, homeId, link, nextAt };
}

test('schedules move with the clock that is learnt', async () => {
  const { db, nextAt, ...home } = await addHome('learning');
  await setClock(db, home, { seenTimeZone: 'Asia/Tokyo' });
  expect(await nextAt()).toBe('18:30');
});

test('schedules move with the clock that a home is added again with', async () => {
  const { db, vault, tenantId, link, nextAt } = await addHome('again');
  await registerHome(db, vault, tenantId, { timeZone: 'Asia/Tokyo', link }, SYSTEM_ACTOR);
  expect(await nextAt()).toBe('18:30');
});

test('a home follows its Home Assistant to another clock, unless a person said which it is, be it the same at the time', async () => {
  const { db, vault, tenantId, homeId, link } = await addHome('following');
  const add = (clock: ClockInput) => registerHome(db, vault, tenantId, { ...clock, link }, SYSTEM_ACTOR);
  const say = (timeZone: string | null) => updateHome(db, vault, tenantId, homeId, { timeZone }, SYSTEM_ACTOR);
  const see = async (seenTimeZone: string) => {
    await setClock(db, { tenantId, homeId }, { seenTimeZone });
    return (await findHome(db, tenantId, homeId))?.timeZone;
  };
  expect(await see('UTC')).toBe('UTC');
  expect(await see('Europe/Berlin')).toBe('Europe/Berlin');
  await say('Europe/Berlin');
  expect(await see('Asia/Tokyo')).toBe('Europe/Berlin');
  expect((await add({ seenTimeZone: 'Asia/Tokyo' })).home.timeZone).toBe('Europe/Berlin');
  await say(null);
  expect(await see('Asia/Tokyo')).toBe('Asia/Tokyo');
  expect((await add({ timeZone: 'UTC', seenTimeZone: 'Asia/Tokyo' })).home.timeZone).toBe('UTC');
  expect(await see('Asia/Tokyo')).toBe('UTC');
});

test('what a person says to a hub of before, which knows no clock that is learnt, holds', async () => {
  const { db, tenantId, homeId } = await addHome('beside');
  await setClock(db, { tenantId, homeId }, { seenTimeZone: 'Europe/Berlin' });
  await tenantTrx(db, tenantId, (trx) => trx.updateTable('home').set({ time_zone: 'Asia/Tokyo' }).execute());
  await setClock(db, { tenantId, homeId }, { seenTimeZone: 'Europe/Berlin' });
  expect(await findHome(db, tenantId, homeId)).toMatchObject({ timeZone: 'Asia/Tokyo' });
});

test('a schedule that falls due while the clock is changed starts by the new one', async () => {
  const { db, tenantId, homeId } = await addHome('due');
  await tenantTrx(db, tenantId, (trx) =>
    trx
      .updateTable('schedule')
      .set({ next_at: new Date(0) })
      .execute(),
  );
  const zones: string[] = [];
  const start = () =>
    startDueSchedules(
      db,
      async ({ timeZone }) => {
        zones.push(timeZone);
        return { jobId: undefined, nextAt: new Date(Date.now() + 86_400_000) };
      },
      () => undefined,
    );
  await tenantTrx(db, tenantId, async (trx) => {
    await setClock(trx, { tenantId, homeId }, { timeZone: 'Asia/Tokyo' });
    await start();
  });
  await start();
  expect(zones).toEqual(['Asia/Tokyo']);
});
