import { randomBytes } from 'node:crypto';
import { newId } from '@hub/core/ids.ts';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { SYSTEM_ACTOR } from './actor.ts';
import { listAudit, type SettledCall, writeBatch, writeIntent, writeOutcome } from './audit.ts';
import { tenantTrx } from './doors.ts';
import {
  beginEdit,
  finishEdit,
  getEdit,
  listEdits,
  listHomesToTrim,
  type NewEdit,
  removeEdits,
  trimEdits,
} from './edits.ts';
import { createTenant, type Tenant } from './tenants.ts';
import { createTestDatabase, type TestDatabase } from './testing/database.ts';

let made: TestDatabase;
let tenant: Tenant;
let homeId: string;
beforeAll(async () => {
  made = await createTestDatabase();
});
afterAll(() => made.drop());
beforeEach(async () => {
  tenant = await createTenant(made.db, made.vault, { name: 'Family', slug: `t-${newId()}` }, SYSTEM_ACTOR);
  homeId = newId();
});

const begin = (edit: Partial<NewEdit> = {}) =>
  beginEdit(made.db, made.vault, tenant.id, {
    homeId,
    connectorId: undefined,
    callId: newId(),
    item: { kind: 'automation', id: '1' },
    tool: 'ha_config_set_automation',
    before: { alias: 'Before' },
    actor: SYSTEM_ACTOR,
    ...edit,
  });
const finish = (id: string, after: unknown) => finishEdit(made.db, made.vault, tenant.id, id, { state: 'done', after });
const open = (id: string) => getEdit(made.db, made.vault, tenant.id, id);
const countBlobs = async () => {
  const { rows } = await tenantTrx(made.db, tenant.id, (trx) =>
    sql<{ n: number }>`select count(*) as n from blob where tenant_id = ${tenant.id}`.execute(trx),
  );
  return rows[0]?.n;
};

test('an edit keeps the item as it was and as it became', async () => {
  const id = await begin();
  expect(await open(id)).toMatchObject({
    state: 'intent',
    before: { alias: 'Before' },
    after: undefined,
    wasThere: true,
  });
  await finish(id, { alias: 'After', mode: null });
  expect(await open(id)).toMatchObject({ state: 'done', after: { alias: 'After', mode: null } });
  await expect(finish(id, {})).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
});

test('a new item has no before, a removed one no after, and its id may come late', async () => {
  const id = await begin({ before: undefined });
  await finishEdit(made.db, made.vault, tenant.id, id, { state: 'done', after: [1], itemId: '1700' });
  expect(await open(id)).toMatchObject({ wasThere: false, before: undefined, after: [1], item: { id: '1700' } });
  const removal = await begin({ before: [1] });
  await finish(removal, undefined);
  expect(await open(removal)).toMatchObject({ before: [1], isThere: false });
});

test('an unknown edit may be settled later', async () => {
  const id = await begin();
  await finishEdit(made.db, made.vault, tenant.id, id, { state: 'unknown', faultCode: 'CONNECTION_TIMEOUT' });
  await finish(id, { alias: 'After' });
  expect(await open(id)).toMatchObject({ state: 'done', faultCode: undefined });
});

test('equal contents are stored once per tenant, also when they arrive together', async () => {
  const ids = await Promise.all(Array.from({ length: 8 }, () => begin({ before: { b: 1, a: 2 } })));
  await Promise.all(ids.map((id) => finish(id, { a: 2, b: 1 })));
  expect(await countBlobs()).toBe(1);
  await createTenant(made.db, made.vault, { name: 'Other', slug: `t-${newId()}` }, SYSTEM_ACTOR);
});

test('the text is readable in no row', async () => {
  await begin({ before: { alias: 'a word to look for '.repeat(3) } });
  const { rows } = await tenantTrx(made.db, tenant.id, (trx) =>
    sql<{ t: string }>`select encode(sealed, 'escape') as t from blob where tenant_id = ${tenant.id}`.execute(trx),
  );
  expect(rows).toHaveLength(1);
  expect(rows[0]?.t).not.toContain('to look for');
});

test('lists come newest first, a page at a time, by home and item', async () => {
  const ids = [
    await begin(),
    await begin(),
    await begin({ item: { kind: 'scene', id: '9' } }),
    await begin({ homeId: newId() }),
  ];
  const page = await listEdits(made.db, tenant.id, { homeId, limit: 2 });
  expect(page.map((edit) => edit.id)).toEqual([ids[2], ids[1]]);
  expect((await listEdits(made.db, tenant.id, { homeId, beforeId: ids[1] })).map((edit) => edit.id)).toEqual([ids[0]]);
  expect((await listEdits(made.db, tenant.id, { kind: 'scene', itemId: '9' })).map((edit) => edit.id)).toEqual([
    ids[2],
  ]);
});

test('limits remove the oldest finished edits and what only they kept', async () => {
  const ids: string[] = [];
  for (let number = 0; number < 4; number += 1) {
    const id = await begin({ before: { number } });
    if (number > 0) await finish(id, { number: number + 1 });
    ids.push(id);
  }
  const wide = { maxCount: 100, maxAgeMs: 3_600_000, maxBytes: 1_000_000 };
  expect(await trimEdits(made.db, tenant.id, homeId, wide)).toBe(0);
  expect(await trimEdits(made.db, tenant.id, newId(), { ...wide, maxCount: 0 })).toBe(0);
  await tenantTrx(made.db, tenant.id, (trx) =>
    sql`update blob set used_at = now() - interval '2 hours' where tenant_id = ${tenant.id}`.execute(trx),
  );
  expect(await countBlobs()).toBe(5);
  expect(await trimEdits(made.db, tenant.id, homeId, { ...wide, maxCount: 1 })).toBe(2);
  expect((await listEdits(made.db, tenant.id, { homeId })).map((edit) => edit.id)).toEqual([ids[3], ids[0]]);
  expect(await countBlobs()).toBe(3);
  expect(await trimEdits(made.db, tenant.id, homeId, { ...wide, maxBytes: 1 })).toBe(1);
  expect((await listEdits(made.db, tenant.id, { homeId })).map((edit) => edit.state)).toEqual(['intent']);
});

test('a finished edit stays while nobody knows how its call ended', async () => {
  const call = {
    ...{ tenantId: tenant.id, homeId, connectorId: undefined, actor: SYSTEM_ACTOR, callId: newId() },
    ...({ tool: 'ha_config_set_automation', effect: 'configure', decision: 'allow' } as const),
  };
  await writeIntent(made.db, call);
  const id = await begin({ callId: call.callId });
  await finish(id, { alias: 'After' });
  const none = { maxCount: 0, maxAgeMs: -1_000, maxBytes: 0 };
  const old = { maxCount: 100, maxAgeMs: -1_000, maxBytes: 1_000_000 };
  expect(await trimEdits(made.db, tenant.id, homeId, none)).toBe(0);
  expect(await removeEdits(made.db, tenant.id, homeId, [id])).toEqual([]);
  expect(await listHomesToTrim(made.db, tenant.id, old)).toEqual([]);
  await writeOutcome(made.db, { ...call, outcome: 'done' });
  expect(await listHomesToTrim(made.db, tenant.id, old)).toEqual([homeId]);
  expect(await removeEdits(made.db, tenant.id, homeId, [id])).toEqual([id]);
});

test('homes are named that may be beyond a limit, and no other', async () => {
  const wide = { maxCount: 100, maxAgeMs: 3_600_000, maxBytes: 1_000_000 };
  const asked = (limits: Partial<typeof wide>) => listHomesToTrim(made.db, tenant.id, { ...wide, ...limits });
  expect(await asked({})).toEqual([]);
  const other = newId();
  const ids = [await begin({ before: { number: 1 } }), await begin({ before: { number: 2 }, homeId: other })];
  await finish(ids[0] ?? '', { number: 2 });
  await begin({ before: { number: 3 } });
  expect(await asked({})).toEqual([]);
  expect(await asked({ maxCount: 1 })).toEqual([homeId]);
  // The other one is only begun, which does not go by age.
  expect(await asked({ maxAgeMs: -1_000 })).toEqual([homeId]);
  // Before and after of two edits, as large as what nothing tells apart from small ones, or as the largest item.
  const bound = 4 * 16_384;
  expect(await asked({ maxBytes: bound })).toEqual([]);
  expect(await asked({ maxBytes: bound - 1 })).toEqual([homeId]);
  await begin({ before: { text: randomBytes(30_000).toString('base64') }, homeId: newId() });
  expect(await asked({ maxBytes: bound })).toEqual([homeId]);
  expect(await trimEdits(made.db, tenant.id, homeId, { ...wide, maxBytes: bound })).toBe(0);
});

test('the audit joins intent and outcome, and an intent alone is unknown', async () => {
  const call = {
    tenantId: tenant.id,
    homeId,
    connectorId: undefined,
    actor: SYSTEM_ACTOR,
    tool: 'ha_call_service',
    effect: 'configure',
    decision: 'allow',
    argsSummary: { a: [1] },
  } as const;
  const [settled, open, read] = [newId(), newId(), newId()];
  await writeIntent(made.db, { ...call, callId: settled });
  await writeIntent(made.db, { ...call, callId: open });
  const outcome: SettledCall = {
    ...call,
    callId: settled,
    outcome: 'failed',
    faultCode: 'SERVICE_CALL_FAILED',
    durationMs: 12.5,
  };
  await writeOutcome(made.db, outcome);
  await writeOutcome(made.db, { ...outcome, outcome: 'done' });
  await writeBatch(made.db, [
    { ...call, callId: read, effect: 'read', outcome: 'done', durationMs: 0.4, replicaId: newId(), seq: 1 },
  ]);
  const entries = await listAudit(made.db, tenant.id);
  expect(entries.map((entry) => [entry.callId, entry.outcome, entry.faultCode, entry.durationMs])).toEqual([
    [read, 'done', undefined, 0.4],
    [open, 'unknown', undefined, undefined],
    [settled, 'failed', 'SERVICE_CALL_FAILED', 12.5],
  ]);
  expect(entries[0]?.argsSummary).toEqual({ a: [1] });
  expect((await listAudit(made.db, tenant.id, { effects: ['read'], limit: 5 })).map((entry) => entry.callId)).toEqual([
    read,
  ]);
});

test('a batch of several thousand calls is stored whole', async () => {
  const calls = Array.from(
    { length: 2_500 },
    (_, seq): SettledCall => ({
      tenantId: tenant.id,
      callId: newId(),
      homeId,
      connectorId: undefined,
      actor: SYSTEM_ACTOR,
      tool: 'ha_get_state',
      effect: 'read',
      decision: 'allow',
      outcome: 'done',
      seq,
    }),
  );
  await writeBatch(made.db, calls);
  expect(await listAudit(made.db, tenant.id, { limit: 10_000 })).toHaveLength(2_500);
});
