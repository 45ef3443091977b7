import { randomBytes } from 'node:crypto';
import { newId } from '@hub/core/ids.ts';
import { SYSTEM_ACTOR } from '@hub/db/actor.ts';
import { writeBatch } from '@hub/db/audit.ts';
import { type Database, openDatabase } from '@hub/db/database.ts';
import { tenantTrx } from '@hub/db/doors.ts';
import { beginEdit, finishEdit, listEdits } from '@hub/db/edits.ts';
import { jobTables } from '@hub/db/job-record.ts';
import { createTenant, updateTenant } from '@hub/db/tenants.ts';
import { createTestDatabase, type TestDatabase } from '@hub/db/testing/database.ts';
import { lockTables } from '@hub/db/testing/lock-tables.ts';
import { jobs } from '@hub/jobs/registry.gen.ts';
import { createQueue, type Queue } from '@hub/queue/queue.ts';
import { createLogger } from '@hub/runtime/log.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { OPERATOR } from './api/operator.ts';
import { readConfig } from './config.ts';
import { tidy } from './housekeeping.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

let made: TestDatabase;
let queue: Queue;
let tenantId: string;
/** Of a hub whose jobs of homes run in workers. */
async function openQueue(db: Database): Promise<Queue> {
  const log = createLogger({ name: 'test', level: 'silent', to: 'stderr', pretty: false });
  const none = () => Promise.reject(new Error('no home is asked'));
  const opened = createQueue({
    ...{ db, jobs, log, workerId: newId(), openHome: none, call: none },
    ...{ concurrency: 4, runs: 'fleet' as const, isAlone: false, sweepMs: 50 },
  });
  await opened.start();
  return opened;
}
beforeAll(async () => {
  made = await createTestDatabase();
  queue = await openQueue(made.db);
});
afterAll(async () => {
  await queue.stop(0);
  await made.drop();
});
beforeEach(async () => {
  const tenant = { name: 'Family', slug: `t-${newId()}` };
  tenantId = (await createTenant(made.db, made.vault, tenant, SYSTEM_ACTOR)).id;
});

/** One change of an item with a text of its own, which nothing makes smaller; `days` ago. */
async function edit(homeId: string, days = 0): Promise<string> {
  const origin = { homeId, connectorId: undefined, callId: newId(), tool: 'ha_config_set_script', actor: SYSTEM_ACTOR };
  const before = { alias: randomBytes(450_000).toString('base64') };
  const item = { kind: 'script', id: 'night' };
  const id = await beginEdit(made.db, made.vault, tenantId, { ...origin, item, before });
  await finishEdit(made.db, made.vault, tenantId, id, { state: 'done', after: { alias: id } });
  const createdAt = new Date(Date.now() - days * DAY_MS);
  await tenantTrx(made.db, tenantId, (trx) =>
    trx.updateTable('edit').set({ created_at: createdAt }).where('id', '=', id).execute(),
  );
  return id;
}
const left = async (homeId: string) => (await listEdits(made.db, tenantId, { homeId })).map(({ id }) => id);
const blobs = () =>
  tenantTrx(made.db, tenantId, async (trx) => (await trx.selectFrom('blob').select('digest').execute()).length);
/** As if no write had just brought them. */
const unused = () =>
  tenantTrx(made.db, tenantId, (trx) =>
    trx
      .updateTable('blob')
      .set({ used_at: new Date(Date.now() - DAY_MS) })
      .execute(),
  );
const unexpected = (error: unknown) => {
  throw error;
};
const tidyOnce = (env: Record<string, string> = {}) => tidy({ db: made.db, queue, rules: readConfig(env) }, unexpected);
/** As if the hour before were over. */
const hourLater = () =>
  tenantTrx(made.db, tenantId, (trx) =>
    jobTables(trx)
      .updateTable('job')
      .set({ created_at: new Date(Date.now() - HOUR_MS), finished_at: new Date(Date.now() - HOUR_MS) })
      .execute(),
  );
async function keep(env: Record<string, string>): Promise<void> {
  await hourLater();
  await tidyOnce(env);
}
const upkeep = () => queue.list(tenantId);
/** A call that was stored so many hours ago. */
async function call(hours: number): Promise<void> {
  const at = new Date(Date.now() - hours * HOUR_MS);
  const facts = { tenantId, callId: newId(), homeId: undefined, connectorId: undefined, actor: SYSTEM_ACTOR, at };
  const end = { effect: 'read', decision: 'allow', outcome: 'done' } as const;
  await writeBatch(made.db, [{ ...facts, ...end, tool: 'ha_get_state' }]);
  await tenantTrx(made.db, tenantId, (trx) =>
    trx.updateTable('audit').set({ stored_at: at }).where('call_id', '=', facts.callId).execute(),
  );
}

describe('what is kept of a home’s edits', () => {
  it('is five thousand of a year and 256 MB, unless told', () => {
    expect(readConfig({}).editLimits).toEqual({
      ...{ maxCount: 5_000, maxAgeMs: 366 * DAY_MS, maxBytes: 268_435_456 },
    });
    expect(() => readConfig({ EDITS_MAX_COUNT: '0' })).toThrow(/EDITS_MAX_COUNT: expected a whole number from 1/);
  });

  it('is so many, by home: the oldest go, and the items that only they kept', async () => {
    const [cabin, flat] = [newId(), newId()];
    const ids = [await edit(cabin), await edit(cabin), await edit(cabin)];
    const other = await edit(flat);
    await unused();
    await keep({});
    expect([await left(cabin), await blobs()]).toEqual([[...ids].reverse(), 8]);
    await keep({ EDITS_MAX_COUNT: '2' });
    expect(await left(cabin)).toEqual([ids[2], ids[1]]);
    expect(await left(flat)).toEqual([other]);
    expect(await blobs()).toBe(6);
  });

  it('is so many days old, and so many megabytes', async () => {
    const home = newId();
    const ids = [await edit(home, 40), await edit(home, 20), await edit(home), await edit(home)];
    await unused();
    await keep({ EDITS_MAX_DAYS: '30' });
    expect(await left(home)).toEqual([ids[3], ids[2], ids[1]]);
    await keep({ EDITS_MAX_MB: '1' });
    expect(await left(home)).toEqual([ids[3], ids[2]]);
    expect(await blobs()).toBe(4);
  });
});

describe('the upkeep of a tenant', () => {
  it('is a job where there is something to do, and none where there is not', async () => {
    await tidyOnce();
    expect(await upkeep()).toEqual([]);
    await call(50);
    await call(5);
    await tidyOnce();
    expect(await upkeep()).toMatchObject([
      { kind: 'audit.seal', state: 'done', actorKind: 'system', homeId: undefined, result: { hours_sealed: 2 } },
    ]);
    await keep({ AUDIT_MAX_DAYS: '1' });
    expect((await upkeep())[0]).toMatchObject({
      ...{ kind: 'retention.apply', state: 'done' },
      result: { edits_removed: 0, audit_rows_removed: 1 },
    });
  });

  it('removes what a run before it that was cut short left under its seals', async () => {
    await call(50);
    await tidyOnce();
    await keep({ AUDIT_MAX_DAYS: '1' });
    const [before] = await upkeep();
    await call(50.5);
    await keep({});
    const [after] = await upkeep();
    expect(after).toMatchObject({ kind: 'retention.apply', result: { audit_rows_removed: 1 } });
    expect(after?.id).not.toBe(before?.id);
  });

  it('is begun once an hour, however many hubs come by', async () => {
    await call(5);
    await Promise.all([tidyOnce(), tidyOnce(), tidyOnce()]);
    const begun = await upkeep();
    expect(begun).toMatchObject([{ kind: 'audit.seal', result: { hours_sealed: 1 } }]);
    await call(4);
    await tidyOnce();
    expect(await upkeep()).toEqual(begun);
  });

  it('is not looked for where somebody began it within the hour', async () => {
    for (const kind of ['audit.seal', 'retention.apply']) {
      const args = kind === 'audit.seal' ? {} : { edits: readConfig({}).editLimits, auditMaxDays: 400 };
      const { job } = await queue.enqueue({ tenantId, homeId: undefined, kind, args, actor: OPERATOR });
      expect(await queue.follow(tenantId, job.id, 20_000)).toMatchObject({ state: 'done' });
    }
    const db = openDatabase({ ...made.connection, maxConnections: 2, statementTimeoutMs: 300 });
    const waiting: unknown[] = [];
    await tenantTrx(made.db, tenantId, async (trx) => {
      await lockTables(trx, 'edit', 'audit_seal');
      await tidy({ db, queue, rules: readConfig({}) }, (_error, whose) => void waiting.push(whose));
    });
    await db.destroy();
    expect(waiting).not.toContain(tenantId);
  });

  it('leaves of what is done the last of each kind, and what a person began', async () => {
    const begun = async () => {
      const asked = { tenantId, homeId: undefined, kind: 'audit.seal', args: {}, actor: OPERATOR };
      const { job } = await queue.enqueue(asked);
      return (await queue.follow(tenantId, job.id, 20_000))?.id;
    };
    const byPerson = await begun();
    for (const hours of [9, 8, 7]) {
      await call(hours);
      await keep({});
    }
    const left = await upkeep();
    expect(left).toHaveLength(2);
    expect(left[1]).toMatchObject({ id: byPerson, state: 'done' });
  });

  it('goes on for a tenant that is suspended', async () => {
    await updateTenant(made.db, tenantId, { state: 'suspended' }, SYSTEM_ACTOR);
    await call(5);
    await tidyOnce();
    expect(await upkeep()).toMatchObject([{ kind: 'audit.seal', state: 'done' }]);
  });

  it('shows where it fails, and holds up neither the rest of its tenant nor the others', async () => {
    const first = tenantId;
    tenantId = (await createTenant(made.db, made.vault, { name: 'Other', slug: `z-${newId()}` }, SYSTEM_ACTOR)).id;
    const [other, home] = [tenantId, newId()];
    const ids = [await edit(home), await edit(home)];
    tenantId = first;
    await call(5);
    const firstHome = newId();
    const firstIds = [await edit(firstHome), await edit(firstHome)];
    const db = openDatabase({ ...made.connection, maxConnections: 4, statementTimeoutMs: 300 });
    await queue.stop(0);
    queue = await openQueue(db);
    await tenantTrx(made.db, first, async (trx) => {
      await trx
        .selectNoFrom(({ fn, val }) => {
          const keys = [fn('hashtext', [val('audit_seal')]), fn('hashtext', [val(first)])];
          return fn('pg_advisory_xact_lock', keys).as('locked');
        })
        .execute();
      await tidyOnce({ EDITS_MAX_COUNT: '1' });
      expect((await upkeep()).find(({ kind }) => kind === 'audit.seal')).toMatchObject({
        ...{ state: 'queued', attempt: 1, error: { code: 'STORAGE_UNAVAILABLE' } },
      });
    });
    await queue.stop(0);
    await db.destroy();
    queue = await openQueue(made.db);
    expect(await left(firstHome)).toEqual([firstIds[1]]);
    tenantId = other;
    expect(await left(home)).toEqual([ids[1]]);
  });
});

test('a database that is away ends it at once', async () => {
  const db = openDatabase({ ...made.connection, database: 'none', maxConnections: 1 });
  const away = tidy({ db, queue, rules: readConfig({}) }, () => undefined);
  await expect(away).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  await db.destroy();
});
