import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM_ACTOR } from './actor.ts';
import { readLink } from './home-links.ts';
import { registerHome } from './homes.ts';
import { openInstallation, rewrapKeys } from './installation.ts';
import { newKeyRing, parseKeyRing } from './key-ring.ts';
import { createTenant } from './tenants.ts';
import { createTestDatabase, type TestDatabase } from './testing/database.ts';
import { openVault } from './vault.ts';

let made: TestDatabase;
beforeAll(async () => {
  made = await createTestDatabase();
});
afterAll(() => made.drop());

test('the first start lays the canary, later ones open it, a wrong ring is refused', async () => {
  const { db, vault } = made;
  const first = await openInstallation(db, vault.ring);
  expect(first.isNew).toBe(true);
  expect(await openInstallation(db, vault.ring)).toEqual({ id: first.id, isNew: false });
  const wrong = openInstallation(db, parseKeyRing(newKeyRing()));
  await expect(wrong).rejects.toMatchObject({
    code: 'STORAGE_UNAVAILABLE',
    message: expect.stringContaining('key ring'),
  });
});

test('after rewrapping, the new key alone opens everything and the old one nothing', async () => {
  const [old, fresh] = [newKeyRing(), newKeyRing().replace('1:', '2:')];
  await made.drop();
  made = await createTestDatabase();
  const oldRing = parseKeyRing(old);
  await openInstallation(made.db, oldRing);
  const tenant = await createTenant(made.db, openVault(oldRing), { name: 'One' }, SYSTEM_ACTOR);
  const input = { link: { url: 'http://home.example:8123', token: 'the token' } };
  const { home } = await registerHome(made.db, openVault(oldRing), tenant.id, input, SYSTEM_ACTOR);
  expect(await rewrapKeys(made.db, parseKeyRing(`${old},${fresh}`))).toBe(1);
  const freshRing = parseKeyRing(fresh);
  await openInstallation(made.db, freshRing);
  expect(await readLink(made.db, openVault(freshRing), tenant.id, home.id)).toMatchObject({ token: 'the token' });
  await expect(openInstallation(made.db, oldRing)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  await expect(readLink(made.db, openVault(oldRing), tenant.id, home.id)).rejects.toMatchObject({
    code: 'STORAGE_UNAVAILABLE',
  });
});
