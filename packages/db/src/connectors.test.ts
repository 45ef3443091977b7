import { hashSecret, newId } from '@hub/core/ids.ts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { SYSTEM_ACTOR } from './actor.ts';
import { findConnectorByHash, readConnectorAccess } from './connector-access.ts';
import {
  createConnector,
  findConnector,
  listConnectors,
  type NewConnector,
  revokeConnector,
  touchLastUsed,
  updateConnector,
} from './connectors.ts';
import { rotateCredential } from './credentials.ts';
import { registerHome, removeHome } from './homes.ts';
import { createPerson, ensureMember, listMembers, type Member } from './people.ts';
import { createTenant, type Tenant, updateTenant } from './tenants.ts';
import { createTestDatabase, type TestDatabase } from './testing/database.ts';

let made: TestDatabase;
let tenant: Tenant;
let owner: Member;
beforeAll(async () => {
  made = await createTestDatabase();
});
afterAll(() => made.drop());
beforeEach(async () => {
  tenant = await createTenant(made.db, made.vault, { name: 'Family', slug: `t-${newId()}` }, SYSTEM_ACTOR);
  const person = await createPerson(made.db, { name: 'Owner' }, SYSTEM_ACTOR);
  owner = await ensureMember(made.db, tenant.id, person.id, 'owner', SYSTEM_ACTOR);
});

const create = (input: Partial<NewConnector> = {}) =>
  createConnector(made.db, tenant.id, { memberId: owner.id, name: 'phone', ...input }, SYSTEM_ACTOR);
const lookUp = (secret: string) => findConnectorByHash(made.db, hashSecret(secret));
const addHome = async (name: string, tags: string[] = []) => {
  const input = { name, tags, link: { url: `http://${name}.example`, token: 'x' } };
  return (await registerHome(made.db, made.vault, tenant.id, input, SYSTEM_ACTOR)).home;
};

test('a secret finds its connector with all that decides about a call', async () => {
  const home = await addHome('cabin');
  const { connector, secret } = await create({ settings: { isReadOnly: true } });
  expect(secret).toMatch(/^[\w-]{32}$/);
  expect(await lookUp(secret)).toMatchObject({
    connector: { id: connector.id, ceiling: 'control', homes: { kind: 'all' }, settings: { isReadOnly: true } },
    tenant: { id: tenant.id, state: 'active' },
    member: { id: owner.id, role: 'owner' },
    validity: 'valid',
    homes: [{ id: home.id, slug: 'cabin' }],
  });
  expect(await lookUp(`${secret}x`)).toBeUndefined();
});

test('two changes of its settings at once are both kept', async () => {
  const { connector } = await create({ settings: { strict: false } });
  const set = (key: string) =>
    updateConnector(
      made.db,
      tenant.id,
      connector.id,
      { settings: (stored) => ({ ...stored, [key]: true }) },
      SYSTEM_ACTOR,
    );
  await Promise.all(['readOnly', 'a', 'b', 'c'].map(set));
  const { settings } = await updateConnector(made.db, tenant.id, connector.id, {}, SYSTEM_ACTOR);
  expect(settings).toEqual({ strict: false, readOnly: true, a: true, b: true, c: true });
});

test('a list names its homes, tags take in homes added later', async () => {
  const [a, b] = [await addHome('a', ['alps']), await addHome('b')];
  const listed = await create({ name: 'listed', homes: { kind: 'list', homeIds: [b.id] } });
  const tagged = await create({ name: 'tagged', homes: { kind: 'tags', tags: ['alps'] } });
  await addHome('c', ['alps']);
  const slugs = async (secret: string) => (await lookUp(secret))?.homes.map((home) => home.slug);
  expect(await slugs(listed.secret)).toEqual(['b']);
  expect(await slugs(tagged.secret)).toEqual(['a', 'c']);
  await removeHome(made.db, tenant.id, b.id, []);
  expect(await slugs(listed.secret)).toEqual([]);
  const foreign = create({ name: 'foreign', homes: { kind: 'list', homeIds: [a.id, newId()] } });
  await expect(foreign).rejects.toMatchObject({ code: 'HOME_NOT_FOUND' });
});

test('a rotated URL ends at once, or lives on for the time asked for', async () => {
  const { connector, secret } = await create();
  const kept = await rotateCredential(made.db, tenant.id, connector.id, { keepOldForMs: 3_600_000 }, SYSTEM_ACTOR);
  expect(await lookUp(secret)).toMatchObject({ validity: 'valid', validUntil: kept.oldValidUntil });
  expect(await lookUp(kept.secret)).toMatchObject({ validity: 'valid', validUntil: undefined });
  const last = await rotateCredential(made.db, tenant.id, connector.id, {}, SYSTEM_ACTOR);
  expect([await lookUp(secret), await lookUp(kept.secret)].map((access) => access?.validity)).toEqual([
    'expired',
    'expired',
  ]);
  expect(await lookUp(last.secret)).toMatchObject({ validity: 'valid' });
  const tooLong = rotateCredential(made.db, tenant.id, connector.id, { keepOldForMs: 25 * 3_600_000 }, SYSTEM_ACTOR);
  await expect(tooLong).rejects.toMatchObject({ code: 'VALIDATION_INVALID_PARAMETER' });
});

test('revoked is for good, and gives the name free', async () => {
  const { connector, secret } = await create();
  await expect(create()).rejects.toMatchObject({ code: 'RESOURCE_ALREADY_EXISTS' });
  expect(await revokeConnector(made.db, tenant.id, connector.id, SYSTEM_ACTOR)).toBe(true);
  expect(await revokeConnector(made.db, tenant.id, connector.id, SYSTEM_ACTOR)).toBe(false);
  expect(await lookUp(secret)).toMatchObject({ validity: 'revoked' });
  const late = [
    rotateCredential(made.db, tenant.id, connector.id, {}, SYSTEM_ACTOR),
    updateConnector(made.db, tenant.id, connector.id, {}, SYSTEM_ACTOR),
  ];
  await Promise.all(late.map((attempt) => expect(attempt).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' })));
  const next = await create();
  expect((await listConnectors(made.db, tenant.id)).map((one) => one.id)).toEqual([next.connector.id]);
  expect(await listConnectors(made.db, tenant.id, { includeRevoked: true })).toHaveLength(2);
  expect((await findConnector(made.db, tenant.id, 'phone'))?.id).toBe(next.connector.id);
});

test('expiry, ceiling, homes and a suspended tenant show at the next look', async () => {
  const { connector, secret } = await create();
  const expiresAt = new Date(Date.now() - 1);
  await updateConnector(
    made.db,
    tenant.id,
    connector.id,
    { expiresAt, ceiling: 'read', homes: { kind: 'list', homeIds: [] } },
    SYSTEM_ACTOR,
  );
  await updateTenant(made.db, tenant.id, { state: 'suspended' }, SYSTEM_ACTOR);
  expect(await lookUp(secret)).toMatchObject({
    validity: 'expired',
    validUntil: expiresAt,
    connector: { ceiling: 'read' },
    tenant: { state: 'suspended' },
  });
  expect(await readConnectorAccess(made.db, tenant.id, connector.id)).toMatchObject({
    validity: 'expired',
    credentialId: undefined,
  });
});

test('the latest use wins, whatever the order', async () => {
  const { connector } = await create();
  const [early, late] = [new Date('2026-01-01'), new Date('2026-01-02')];
  await touchLastUsed(
    made.db,
    [early, late, early].map((at) => ({ connectorId: connector.id, at })),
  );
  await touchLastUsed(made.db, [{ connectorId: connector.id, at: early }]);
  expect((await findConnector(made.db, tenant.id, connector.id))?.lastUsedAt).toEqual(late);
});

test('a given secret is taken when it is strong enough', async () => {
  const secret = 'a-secret-of-32-characters-_-0123';
  expect((await create({ secret })).secret).toBe(secret);
  await expect(create({ name: 'weak', secret: 'short' })).rejects.toMatchObject({
    code: 'VALIDATION_INVALID_PARAMETER',
  });
});

test('a member has one role, the last one given', async () => {
  await ensureMember(made.db, tenant.id, owner.personId, 'guest', SYSTEM_ACTOR);
  expect(await listMembers(made.db, tenant.id)).toEqual([{ ...owner, role: 'guest' }]);
});
