import { newId } from '@hub/core/ids.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM_ACTOR } from './actor.ts';
import { type CallFacts, listAudit, writeIntent, writeOutcome } from './audit.ts';
import { type CallVerdict, closeCall, settleCall } from './call-ends.ts';
import { beginEdit, listEdits } from './edits.ts';
import { createTenant } from './tenants.ts';
import { createTestDatabase, type TestDatabase } from './testing/database.ts';

let made: TestDatabase;
let tenantId: string;
beforeAll(async () => {
  made = await createTestDatabase();
  tenantId = (await createTenant(made.db, made.vault, { name: 'Family' }, SYSTEM_ACTOR)).id;
});
afterAll(() => made.drop());

const factsOf = (more: Partial<CallFacts> = {}): CallFacts => ({
  ...{ tenantId, callId: newId(), homeId: newId(), connectorId: newId(), tool: 'ha_call_service', effect: 'control' },
  ...{ decision: 'allow', actor: { kind: 'connector' }, ...more },
});
const looking = (facts: CallFacts) => closeCall(made.db, { ...facts, actor: { kind: 'job', id: newId() } });
const settle = (facts: CallFacts, verdict: Partial<CallVerdict> = {}) =>
  settleCall(made.db, made.vault, facts, {
    ...{ homeId: facts.homeId ?? '', outcome: 'cancelled', edits: [] },
    ...verdict,
  });
const beginEditOf = ({ callId, homeId, connectorId, tool }: CallFacts) =>
  beginEdit(made.db, made.vault, tenantId, {
    ...{ callId, homeId: homeId ?? '', connectorId, tool, actor: SYSTEM_ACTOR },
    ...{ item: { kind: 'area', id: 'hall' }, before: { name: callId } },
  });
const editsOf = ({ callId }: CallFacts) => listEdits(made.db, tenantId, { callId });
const readsAs = async ({ callId }: CallFacts) =>
  (await listAudit(made.db, tenantId, { callId })).map((one) => one.outcome);

test('a call that never began can begin no more, and the trail says so', async () => {
  const facts = factsOf();
  expect(await looking(facts)).toEqual({ is: 'not_done' });
  await expect(writeIntent(made.db, facts)).rejects.toMatchObject({ code: 'RESOURCE_LOCKED', outcomeUnknown: false });
  expect(await looking(facts)).toEqual({ is: 'not_done' });
  expect(await readsAs(facts)).toEqual(['cancelled']);
});

test('one that began is left alone until it says how it ended', async () => {
  const facts = factsOf();
  await writeIntent(made.db, facts);
  expect(await looking(facts)).toEqual({ is: 'begun', forMs: expect.any(Number) });
  expect(await readsAs(facts)).toEqual(['unknown']);
  await writeOutcome(made.db, { ...facts, outcome: 'failed', faultCode: 'CONFIG_INVALID' });
  expect(await looking(facts)).toEqual({ is: 'ended', outcome: 'failed', faultCode: 'CONFIG_INVALID' });
});

test('of a call and who gives it up in the same moment one alone wins', async () => {
  const races = Array.from({ length: 20 }, async () => {
    const facts = factsOf();
    const begins = writeIntent(made.db, facts).then(
      () => 'began',
      () => 'refused',
    );
    const [call, { is }] = await Promise.all([begins, looking(facts)]);
    return `${call}, ${is}`;
  });
  const seen = await Promise.all(races);
  expect(seen.filter((one) => one !== 'began, begun' && one !== 'refused, not_done')).toEqual([]);
});

test('what was found out about a call settles it, and yields to its own word', async () => {
  const [silent, late] = [factsOf(), factsOf()];
  await Promise.all([silent, late].map((facts) => writeIntent(made.db, facts)));
  await settle(silent, { outcome: 'done' });
  expect(await readsAs(silent)).toEqual(['done']);
  await writeOutcome(made.db, { ...late, outcome: 'failed' });
  expect(await settle(late)).toMatchObject({ is: 'ended', outcome: 'failed' });
});

test('a call that has ended begins no edit any more, whoever ended it', async () => {
  const [given, late] = [factsOf(), factsOf()];
  await Promise.all([given, late].map((facts) => writeIntent(made.db, facts)));
  await settle(given);
  await writeOutcome(made.db, { ...late, outcome: 'unknown' });
  for (const facts of [given, late]) {
    const refused = { code: 'RESOURCE_LOCKED', outcomeUnknown: false };
    await expect(beginEditOf(facts)).rejects.toMatchObject(refused);
    expect(await editsOf(facts)).toEqual([]);
  }
});

test('of an edit and who gives its call up in the same moment one alone wins', async () => {
  const races = Array.from({ length: 20 }, async () => {
    const facts = factsOf();
    await writeIntent(made.db, facts);
    const begins = beginEditOf(facts).then(
      () => 'began',
      () => 'refused',
    );
    const [edit, { is }] = await Promise.all([begins, settle(facts)]);
    return `${edit}, ${is}`;
  });
  const seen = await Promise.all(races);
  expect(seen.filter((one) => one !== 'began, moved' && one !== 'refused, settled')).toEqual([]);
});

test('a verdict over an edit that went on meanwhile is stored nowhere', async () => {
  const facts = factsOf();
  await writeIntent(made.db, facts);
  const id = await beginEditOf(facts);
  const edit = { id, outcome: { state: 'failed' } } as const;
  expect(await settle(facts, { edits: [{ id, state: 'unknown' }], edit })).toEqual({ is: 'moved' });
  expect(await readsAs(facts)).toEqual(['unknown']);
  expect(await editsOf(facts)).toMatchObject([{ state: 'intent' }]);
  expect(await settle(facts, { edits: [{ id, state: 'intent' }], edit })).toEqual({ is: 'settled' });
  expect(await readsAs(facts)).toEqual(['cancelled']);
  expect(await editsOf(facts)).toMatchObject([{ state: 'failed' }]);
});
