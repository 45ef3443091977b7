import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { SYSTEM_ACTOR } from './actor.ts';
import { dropAudit, sealAudit, verifyAudit } from './audit-seals.ts';
import { tenantTrx } from './doors.ts';
import { pruneHistory } from './prune-history.ts';
import { createTenant } from './tenants.ts';
import { createTestDatabase } from './testing/database.ts';

/** More than two pieces and batches. */
const MANY = 11_000;

test('more than goes at once goes by age, what is younger stays, and a seal means what it always did', async () => {
  const { db, vault, drop } = await createTestDatabase();
  const { id } = await createTenant(db, vault, { name: 'Family', slug: 'family' }, SYSTEM_ACTOR);
  const inside = <T>(statement: ReturnType<typeof sql<T>>) =>
    tenantTrx(db, id, async (trx) => (await statement.execute(trx)).rows);
  await inside(sql`
    insert into job (id, tenant_id, kind, args, is_exclusive, actor_kind, state, finished_at)
    select gen_random_uuid(), ${id}, 'k', '{}', false, 'system', 'done', now() - make_interval(days => case when n = 1 then 5 else 50 end)
    from generate_series(1, ${MANY}) n`);
  await pruneHistory(db, { jobsMaxDays: 30, historyMaxDays: 30 });
  expect(await inside(sql`select count(*)::int as count from job`)).toEqual([{ count: 1 }]);

  await inside(sql`
    insert into audit (id, tenant_id, call_id, phase, actor_kind, tool, effect, decision, outcome, args_summary, at, stored_at)
    select gen_random_uuid(), ${id}, n::text, 'call', 'system', 'ha_get_state', 'read', 'allow', 'done',
      jsonb_build_object('näme', n, 'text', E'two\nlines "quoted" 🏠'), date_trunc('hour', now()) - interval '50 hours',
      case when n % 2 = 0 then date_trunc('hour', now()) - interval '50 hours' end
    from generate_series(1, ${MANY}) n`);
  await sealAudit(db, id);
  const [sealed] = await inside(sql<{ row_count: number; digest: Buffer }>`select row_count, digest from audit_seal`);
  // As the first seals were made, in one value.
  const [first] = await inside(sql<{ digest: Buffer }>`
    select sha256(convert_to(string_agg(jsonb_build_array(id, call_id, phase, home_id, connector_id, actor_kind, actor_id, tool, effect,
      decision, args_summary, args_digest, outcome, fault_code, duration_ms, extract(epoch from at), replica_id, seq)::text,
      E'\n' order by id), 'UTF8')) as digest from audit`);
  expect(sealed).toEqual({ row_count: MANY, digest: first?.digest });
  expect(await verifyAudit(db, id)).toMatchObject({ rows: MANY, broken: [] });
  await expect(dropAudit(db, id, new Date(), AbortSignal.abort(new Error('told to end')))).rejects.toThrow(
    'told to end',
  );
  expect(await inside(sql`select count(*)::int as count from audit`)).toEqual([{ count: MANY }]);
  expect(await dropAudit(db, id, new Date())).toBe(MANY);
  expect(await dropAudit(db, id, new Date())).toBe(0);
  expect(await verifyAudit(db, id)).toMatchObject({ rows: 0, dropped: 1, broken: [] });
  await drop();
});

test('what older code sealed with the hour of its call stays under that seal, and under that of the hour that stored it', async () => {
  const { db, vault, drop } = await createTestDatabase();
  const { id } = await createTenant(db, vault, { name: 'Family', slug: 'family' }, SYSTEM_ACTOR);
  const run = (statement: ReturnType<typeof sql>) => tenantTrx(db, id, (trx) => statement.execute(trx));
  await run(sql`
    insert into audit (id, tenant_id, call_id, phase, actor_kind, tool, effect, decision, outcome, at, stored_at)
    values (gen_random_uuid(), ${id}, 'a', 'call', 'system', 'ha_get_state', 'read', 'allow', 'done',
      now() - interval '30 hours', now() - interval '30 hours')`);
  await sealAudit(db, id);
  await run(sql`update audit_seal set by_storing = false`);
  await run(sql`update audit set stored_at = now() - interval '28 hours'`);
  expect(await verifyAudit(db, id)).toMatchObject({ seals: 1, rows: 1, broken: [] });
  await sealAudit(db, id);
  expect(await verifyAudit(db, id)).toMatchObject({ seals: 2, rows: 2, broken: [] });
  expect(await dropAudit(db, id, new Date(Date.now() - 29 * 3_600_000))).toBe(0);
  expect(await verifyAudit(db, id)).toMatchObject({ dropped: 1, rows: 1, broken: [] });
  await drop();
});

test('what a run that broke off left under a marked seal goes with the next one', async () => {
  const { db, vault, drop } = await createTestDatabase();
  const { id } = await createTenant(db, vault, { name: 'Family', slug: 'family' }, SYSTEM_ACTOR);
  await tenantTrx(db, id, (trx) =>
    sql`insert into audit (id, tenant_id, call_id, phase, actor_kind, tool, effect, decision, outcome, at, stored_at)
      values (gen_random_uuid(), ${id}, 'a', 'call', 'system', 'ha_get_state', 'read', 'allow', 'done', now() - interval '50 hours', now() - interval '50 hours')`.execute(
      trx,
    ),
  );
  await sealAudit(db, id);
  await tenantTrx(db, id, (trx) => sql`update audit_seal set dropped_at = now()`.execute(trx));
  expect(await dropAudit(db, id, new Date(0))).toBe(1);
  await drop();
});
