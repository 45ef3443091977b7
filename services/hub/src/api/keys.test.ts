import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '@hub/core/ids.ts';
import { SYSTEM_ACTOR } from '@hub/db/actor.ts';
import { readLink } from '@hub/db/home-links.ts';
import { registerHome } from '@hub/db/homes.ts';
import { openInstallation, rewrapKeys } from '@hub/db/installation.ts';
import { changeKeyFile, loadOrCreateKeyFile } from '@hub/db/key-file.ts';
import { newKeyRing, parseKeyRing, withNewKey, withoutKey } from '@hub/db/key-ring.ts';
import { followOnce, readKeyUse } from '@hub/db/key-rotation.ts';
import { claimReplica } from '@hub/db/replicas.ts';
import { createTenant } from '@hub/db/tenants.ts';
import { createTestDatabase, type TestDatabase } from '@hub/db/testing/database.ts';
import { openVault } from '@hub/db/vault.ts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type AdminHub, startAdminHub } from '../testing/admin-hub.ts';
import { runHere } from '../testing/run-cli.ts';

let made: TestDatabase;
beforeEach(async () => {
  made = await createTestDatabase();
  return () => made.drop();
});

let hub: AdminHub;
beforeAll(async () => {
  hub = await startAdminHub({ SWEEP_MINUTES: '0' });
});
afterAll(() => hub[Symbol.asyncDispose]());

async function enter(ring: ReturnType<typeof parseKeyRing>): Promise<void> {
  const id = newId();
  await claimReplica(made.db, { id, address: `hub-${ring.ids.length}`, isAlone: false, leaseMs: 60_000 });
  await followOnce(made.db, ring, id);
}

test('a new key is accepted first and used only when every replica has it, and the used one reaches all', async () => {
  const text = newKeyRing();
  const [behind, ahead] = [parseKeyRing(text), parseKeyRing(withNewKey(text))];
  await openInstallation(made.db, behind);
  await openInstallation(made.db, ahead);
  expect(ahead.usedId).toBe(1);
  const tenant = await createTenant(made.db, openVault(ahead), { name: 'One' }, SYSTEM_ACTOR);
  const link = { url: 'http://home.example:8123', token: 'the token' };
  const { home } = await registerHome(made.db, openVault(ahead), tenant.id, { link }, SYSTEM_ACTOR);
  await Promise.all([enter(ahead), enter(behind)]);
  await expect(rewrapKeys(made.db, ahead)).rejects.toMatchObject({
    code: 'RESOURCE_LOCKED',
    message: 'Key 2 is not in the ring of hub-1.',
  });
  expect(await readLink(made.db, openVault(behind), tenant.id, home.id)).toMatchObject({ token: 'the token' });
});

test('calls go on while keys are wrapped anew, and afterwards the new key opens alone', async () => {
  const text = withNewKey(newKeyRing());
  const [ring, other] = [parseKeyRing(text), parseKeyRing(text)];
  await openInstallation(made.db, parseKeyRing(withoutKey(text, 2)));
  await Promise.all([openInstallation(made.db, ring), openInstallation(made.db, other)]);
  const vault = openVault(ring);
  const tenants = await Promise.all(
    Array.from({ length: 20 }, (_, n) => createTenant(made.db, vault, { name: `T${n}` }, SYSTEM_ACTOR)),
  );
  const link = { url: 'http://home.example:8123', token: 'the token' };
  const homes = await Promise.all(tenants.map(({ id }) => registerHome(made.db, vault, id, { link }, SYSTEM_ACTOR)));
  const [count, ...links] = await Promise.all([
    rewrapKeys(made.db, ring),
    ...homes.map(({ home }) => readLink(made.db, openVault(other), home.tenantId, home.id)),
  ]);
  expect(count).toBe(20);
  expect(links.every(({ token }) => token === 'the token')).toBe(true);
  await followOnce(made.db, other, undefined);
  expect([ring.usedId, other.usedId]).toEqual([2, 2]);
  expect(await readKeyUse(made.db)).toMatchObject({ usedId: 2, wraps: new Map([[2, 20]]) });
  const alone = openVault(parseKeyRing(withoutKey(text, 1)));
  const [first] = homes;
  expect(await readLink(made.db, alone, first?.home.tenantId ?? '', first?.home.id ?? '')).toMatchObject(link);
});

test('the key file takes a key in and lets one go, readable by its owner alone', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'hub-keys-'));
  const ring = await loadOrCreateKeyFile(dataDir);
  ring.reload(await changeKeyFile(dataDir, withNewKey));
  expect([ring.ids, ring.usedId]).toEqual([[1, 2], 1]);
  expect(() => ring.reload(newKeyRing().replace('1:', '7:'))).toThrow('must stay');
  ring.use(2);
  ring.reload(await changeKeyFile(dataDir, (text) => withoutKey(text, 1)));
  expect((await loadOrCreateKeyFile(dataDir)).ids).toEqual([2]);
  expect(await readFile(join(dataDir, 'keys'), 'utf8')).toMatch(/^2:/);
});

test('the command line shows, rotates and retires, and refuses to retire a key in use', async () => {
  const { db, vault } = hub.database;
  const text = newKeyRing();
  // The ring of the test hub, and the file it would keep it in.
  vault.ring.reload(text);
  await writeFile(join(hub.dataDir, 'keys'), text);
  await openInstallation(db, vault.ring);
  await hub.ask('POST', '/tenants', { name: 'Fjord', slug: 'fjord', owner: 'Anna' });
  const env = { HUB_URL: hub.base, HUB_ADMIN_KEY: hub.key };
  const run = (...args: string[]) => runHere(['keys', ...args], { env });
  expect((await run('status')).stdout).toMatch(/1\s+used/);
  expect(await run('retire', '1')).toMatchObject({ code: 1, stderr: expect.stringContaining('Key 1 is in use') });
  expect(await run('retire', '9')).toMatchObject({ code: 1, stderr: expect.stringContaining('no key 9') });
  expect((await run('rotate')).stdout).toContain('Key 2 is used now; the keys of 1 tenant were wrapped anew.');
  expect(await run('retire', '2')).toMatchObject({ code: 1 });
  expect(await run('retire', '1')).toMatchObject({ code: 0, stdout: 'Key 1 is gone from the ring.\n' });
  expect(await readFile(join(hub.dataDir, 'keys'), 'utf8')).toMatch(/^2:[^,]+\n$/);
  const unset = await runHere(['keys', 'next'], { env: {} });
  expect(unset.stderr).toContain('hub keys rotate makes a key by itself');
  const next = await runHere(['keys', 'next'], { env: { HUB_KEYS: text } });
  expect(next.stdout).toMatch(/^1:[^,]+,2:/);
  expect(parseKeyRing(next.stdout).ids).toEqual([1, 2]);
});
