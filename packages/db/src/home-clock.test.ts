import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM_ACTOR } from './actor.ts';
import { learnTimeZone } from './home-clock.ts';
import { registerHome } from './homes.ts';
import { addSchedule, listSchedules } from './schedules.ts';
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
  const { db, tenantId, homeId, nextAt } = await addHome('learning');
  await learnTimeZone(db, tenantId, homeId, 'Asia/Tokyo');
  expect(await nextAt()).toBe('18:30');
});

test('schedules move with the clock that a home is added again with', async () => {
  const { db, vault, tenantId, link, nextAt } = await addHome('again');
  await registerHome(db, vault, tenantId, { timeZone: 'Asia/Tokyo', link }, SYSTEM_ACTOR);
  expect(await nextAt()).toBe('18:30');
});
