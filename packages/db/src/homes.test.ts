import { newId } from '@hub/core/ids.ts';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { SYSTEM_ACTOR } from './actor.ts';
import { tenantTrx } from './doors.ts';
import { readLink } from './home-links.ts';
import { listHomeStatuses, readHomeStatus, writeHomeStatus } from './home-status.ts';
import { findHome, listHomes, registerHome, removeHome, updateHome } from './homes.ts';
import { createTenant, type Tenant } from './tenants.ts';
import { createTestDatabase, type TestDatabase } from './testing/database.ts';

let made: TestDatabase;
let tenant: Tenant;
beforeAll(async () => {
  made = await createTestDatabase();
});
afterAll(() => made.drop());
beforeEach(async () => {
  tenant = await createTenant(made.db, made.vault, { name: 'Family', slug: `t-${newId()}` }, SYSTEM_ACTOR);
});

const register = (input: Parameters<typeof registerHome>[3]) =>
  registerHome(made.db, made.vault, tenant.id, input, SYSTEM_ACTOR);

test('the same address in another spelling is the same home', async () => {
  const first = await register({ name: 'Cabin', link: { url: 'http://HA.example:80/', token: 'a' } });
  const second = await register({ link: { url: 'http://ha.example', token: 'b' } });
  expect(first.isNew).toBe(true);
  expect(second).toMatchObject({ isNew: false, home: { id: first.home.id, name: 'Cabin' } });
  expect(await listHomes(made.db, tenant.id)).toHaveLength(1);
  expect(await readLink(made.db, made.vault, tenant.id, first.home.id)).toMatchObject({ token: 'b' });
});

test('the same Home Assistant at another address is the same home', async () => {
  const first = await register({ instanceId: 'abc', link: { url: 'http://10.0.0.2:8123', token: 'a' } });
  const second = await register({ instanceId: 'abc', link: { url: 'https://ha.example', token: 'a' } });
  expect(second).toMatchObject({ isNew: false, home: { id: first.home.id, link: { url: 'https://ha.example' } } });
});

test('ten registrations of one home at once leave one row', async () => {
  const url = 'http://once.example:8123';
  const all = await Promise.all(Array.from({ length: 10 }, () => register({ link: { url, token: 'x' } })));
  expect(all.filter((one) => one.isNew)).toHaveLength(1);
  expect(new Set(all.map((one) => one.home.id)).size).toBe(1);
});

test('an address of one home and an instance of another are not merged', async () => {
  await register({ name: 'A', instanceId: 'a', link: { url: 'http://a.example', token: 'x' } });
  await register({ name: 'B', instanceId: 'b', link: { url: 'http://b.example', token: 'x' } });
  const mixed = register({ instanceId: 'a', link: { url: 'http://b.example', token: 'x' } });
  await expect(mixed).rejects.toMatchObject({ code: 'RESOURCE_ALREADY_EXISTS' });
});

test('learning that two homes are one Home Assistant is refused', async () => {
  await register({ name: 'A', instanceId: 'a', link: { url: 'http://a.example', token: 'x' } });
  const { home } = await register({ name: 'B', link: { url: 'http://b.example', token: 'x' } });
  const learnt = updateHome(made.db, made.vault, tenant.id, home.id, { instanceId: 'a' }, SYSTEM_ACTOR);
  await expect(learnt).rejects.toMatchObject({ code: 'RESOURCE_ALREADY_EXISTS' });
});

test('homes of one name get slugs of their own, and the name alone finds neither', async () => {
  const [a, b] = [
    await register({ name: 'Ferienhaus Österreich', link: { url: 'http://a.example', token: 'x' } }),
    await register({ name: 'Ferienhaus Österreich', link: { url: 'http://b.example', token: 'x' } }),
  ];
  expect([a.home.slug, b.home.slug]).toEqual(['ferienhaus-osterreich', 'ferienhaus-osterreich-2']);
  await expect(findHome(made.db, tenant.id, 'ferienhaus österreich')).rejects.toMatchObject({ code: 'HOME_NOT_FOUND' });
  expect((await findHome(made.db, tenant.id, 'ferienhaus-osterreich-2'))?.id).toBe(b.home.id);
  expect((await findHome(made.db, tenant.id, a.home.id))?.id).toBe(a.home.id);
  expect(await findHome(made.db, tenant.id, 'nowhere')).toBeUndefined();
});

test('secrets left out of an update stay, null removes one', async () => {
  const headers = { 'CF-Access-Client-Id': 'id', 'CF-Access-Client-Secret': 'secret' };
  const { home } = await register({ link: { url: 'https://a.example', token: 'x', extraCa: 'PEM', headers } });
  expect(home.link).toMatchObject({ hasExtraCa: true, headerNames: Object.keys(headers) });
  const changed = await updateHome(
    made.db,
    made.vault,
    tenant.id,
    home.id,
    { note: 'n', link: { token: 'y', extraCa: null } },
    SYSTEM_ACTOR,
  );
  expect(changed).toMatchObject({ note: 'n', link: { hasExtraCa: false, headerNames: Object.keys(headers) } });
  const open = await readLink(made.db, made.vault, tenant.id, home.id);
  expect(open).toMatchObject({ token: 'y', headers });
  expect(open.extraCa).toBeUndefined();
});

test('a sealed link moved to another row does not open', async () => {
  const [a, b] = [
    await register({ link: { url: 'http://a.example', token: 'x' } }),
    await register({ link: { url: 'http://b.example', token: 'y' } }),
  ];
  await tenantTrx(made.db, tenant.id, (trx) =>
    sql`update home_link set sealed_secrets = (select sealed_secrets from home_link where home_id = ${a.home.id}) where home_id = ${b.home.id}`.execute(
      trx,
    ),
  );
  await expect(readLink(made.db, made.vault, tenant.id, b.home.id)).rejects.toMatchObject({
    code: 'STORAGE_UNAVAILABLE',
  });
});

test('the token stands nowhere in the table', async () => {
  await register({
    link: { url: 'http://a.example', token: 'a-token-to-look-for', headers: { X: 'a-header-to-look-for' } },
  });
  const { rows } = await tenantTrx(made.db, tenant.id, (trx) =>
    sql<{
      text: string;
    }>`select encode(sealed_secrets, 'escape') || home_link::text as text from home_link where tenant_id = ${tenant.id}`.execute(
      trx,
    ),
  );
  expect(rows).toHaveLength(1);
  expect(rows[0]?.text).not.toMatch(/to-look-for/);
});

test.each(['ftp://a.example', 'http://me:secret@a.example', 'a.example', 'http://a.example/?token=secret'])(
  '%s is no address',
  async (url) => {
    await expect(register({ link: { url } })).rejects.toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
      message: expect.not.stringContaining('secret@'),
    });
  },
);

test('a removed home takes its link and status along, and late news of it are dropped', async () => {
  const { home } = await register({ link: { url: 'http://a.example', token: 'x' } });
  const status = {
    state: 'running',
    haVersion: '2026.11.0',
    isAdmin: true,
    locationName: 'Here',
    lastSeenAt: new Date(),
    fault: undefined,
    checkedAt: new Date(),
  } as const;
  expect(await writeHomeStatus(made.db, tenant.id, home.id, status)).toBe(true);
  expect(await readHomeStatus(made.db, tenant.id, home.id)).toEqual(status);
  expect([...(await listHomeStatuses(made.db, tenant.id)).keys()]).toEqual([home.id]);
  expect(await removeHome(made.db, tenant.id, home.id, [])).toEqual({ cancelledJobs: 0 });
  expect(await removeHome(made.db, tenant.id, home.id, [])).toBeUndefined();
  expect(await writeHomeStatus(made.db, tenant.id, home.id, status)).toBe(false);
  await expect(readLink(made.db, made.vault, tenant.id, home.id)).rejects.toMatchObject({ code: 'HOME_NOT_FOUND' });
});

test('tags choose homes that bear one of them', async () => {
  await register({ name: 'A', tags: ['alps', 'rented'], link: { url: 'http://a.example', token: 'x' } });
  await register({ name: 'B', tags: ['coast'], link: { url: 'http://b.example', token: 'x' } });
  const slugs = async (tags: string[]) => (await listHomes(made.db, tenant.id, { tags })).map((home) => home.slug);
  expect(await slugs(['alps', 'coast'])).toEqual(['a', 'b']);
  expect(await slugs(['rented'])).toEqual(['a']);
  expect(await slugs([])).toEqual([]);
});
