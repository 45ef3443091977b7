import { newId } from '@hub/core/ids.ts';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SYSTEM_ACTOR } from './actor.ts';
import { writeIntent } from './audit.ts';
import { createConnector } from './connectors.ts';
import type { Trx } from './database.ts';
import { tenantTrx } from './doors.ts';
import { beginEdit, finishEdit } from './edits.ts';
import { writeHomeStatus } from './home-status.ts';
import { registerHome } from './homes.ts';
import { openInstallation } from './installation.ts';
import { enqueueJob } from './jobs.ts';
import { createPerson, ensureMember } from './people.ts';
import { claimReplica } from './replicas.ts';
import { saveTool } from './saved-tools.ts';
import { systemTrx } from './system-door.ts';
import { createTenant } from './tenants.ts';
import { createTestDatabase, type TestDatabase } from './testing/database.ts';

interface Table {
  readonly name: string;
  readonly isForced: boolean;
  readonly hasTenant: boolean;
}

let made: TestDatabase;
let tables: readonly Table[];
let a: string;
let b: string;

beforeAll(async () => {
  made = await createTestDatabase();
  a = await fillTenant('a');
  b = await fillTenant('b');
  await openInstallation(made.db, made.vault.ring);
  await claimReplica(made.db, { id: newId(), address: 'here', isAlone: true, leaseMs: 60_000 });
  // From the catalogue and not from a list: a table added later is walked as well.
  const { rows } = await sql<Table>`
    select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as "isForced",
      exists (select from pg_attribute t where t.attrelid = c.oid and t.attname = 'tenant_id' and not t.attisdropped) as "hasTenant"
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by 1`.execute(
    made.db,
  );
  tables = rows;
});
afterAll(() => made.drop());

/** A row in every table that belongs to a tenant. */
async function fillTenant(slug: string): Promise<string> {
  const { db, vault } = made;
  const { id } = await createTenant(db, vault, { name: slug, slug }, SYSTEM_ACTOR);
  const person = await createPerson(db, { name: slug }, SYSTEM_ACTOR);
  const member = await ensureMember(db, id, person.id, 'owner', SYSTEM_ACTOR);
  const { home } = await registerHome(
    db,
    vault,
    id,
    { name: slug, link: { url: 'http://home.example', token: 'x' } },
    SYSTEM_ACTOR,
  );
  await writeHomeStatus(db, id, home.id, {
    state: 'offline',
    haVersion: undefined,
    isAdmin: undefined,
    locationName: undefined,
    lastSeenAt: undefined,
    fault: undefined,
    checkedAt: new Date(),
  });
  const homes = { kind: 'list', homeIds: [home.id] } as const;
  const { connector } = await createConnector(db, id, { memberId: member.id, name: 'c', homes }, SYSTEM_ACTOR);
  const call = {
    tenantId: id,
    callId: newId(),
    homeId: home.id,
    connectorId: connector.id,
    actor: SYSTEM_ACTOR,
    tool: 't',
    effect: 'configure',
    decision: 'allow',
  } as const;
  await writeIntent(db, call);
  const edit = await beginEdit(db, vault, id, { ...call, item: { kind: 'scene', id: '1' }, before: { a: 1 } });
  await finishEdit(db, vault, id, edit, { state: 'done', after: { a: 2 } });
  const owner = { tenantId: id, connectorId: connector.id };
  await saveTool(db, vault, owner, { name: 'sum', justification: 'j', code: '1 + 1' });
  await tenantTrx(db, id, async (trx) => {
    const { job } = await enqueueJob(trx, {
      tenantId: id,
      homeId: home.id,
      kind: 'backup',
      args: {},
      isExclusive: true,
      actor: SYSTEM_ACTOR,
    });
    await sql`insert into job_step (job_id, tenant_id, name, marker) values (${job.id}, ${id}, 'one', '{}')`.execute(
      trx,
    );
    await sql`
      insert into approval (id, tenant_id, connector_id, tool, home_ids, effect, title, reason, args_digest, asked_by_kind, expires_at)
      values (${newId()}, ${id}, ${connector.id}, 't', ${[home.id]}::uuid[], 'system', 't', 'r', 'd', 'system', now())`.execute(
      trx,
    );
  });
  await fillByHand(id, home.id);
  return id;
}

/** Rows that work of its own would make, an hour or a home away. */
async function fillByHand(id: string, homeId: string): Promise<void> {
  const [channel, day] = [newId(), '2026-01-01'];
  await tenantTrx(made.db, id, async (trx) => {
    const insert = (text: ReturnType<typeof sql>) => text.execute(trx);
    await insert(
      sql`insert into fleet_plan (id, tenant_id, connector_id, request_digest, rings, expires_at)
        values (${newId()}, ${id}, ${newId()}, 'd', '[]', now())`,
    );
    await insert(sql`insert into home_backup (tenant_id, home_id, sealed_key) values (${id}, ${homeId}, 'x')`);
    await insert(sql`
      insert into backup (id, tenant_id, home_id, state, ha_backup_id, name, made_at, is_with_database, is_protected, place, object)
      values (${newId()}, ${id}, ${homeId}, 'storing', 'b', 'n', now(), true, false, 'p', 'o')`);
    await insert(sql`
      insert into home_problem (id, tenant_id, home_id, kind, text) values (${newId()}, ${id}, ${homeId}, 'k', 't')`);
    await insert(sql`
      insert into notice_channel (id, tenant_id, name, kind, target, sealed_settings, created_by_kind)
      values (${channel}, ${id}, 'c', 'ntfy', 't', 'x', 'system')`);
    await insert(sql`
      insert into notice (id, tenant_id, channel_id, content) values (${newId()}, ${id}, ${channel}, '{}')`);
    await insert(sql`
      insert into audit_seal (tenant_id, number, until, row_count, digest, chain)
      values (${id}, 1, now(), 0, decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex'))`);
    await insert(sql`
      insert into schedule (id, tenant_id, home_id, name, cron, kind, args, next_at, created_by_kind)
      values (${newId()}, ${id}, ${homeId}, 's', '0 3 * * *', 'backup.create', '{}', now(), 'system')`);
    await insert(sql`
      insert into home_day (home_id, tenant_id, day, looks, running) values (${homeId}, ${id}, ${day}, 1, 1)`);
  });
}

const tenantColumn = (table: Table) => sql.raw(table.name === 'tenant' ? 'id' : 'tenant_id');
const ofTenants = () => tables.filter((table) => table.hasTenant || table.name === 'tenant');
const countOf = async (trx: Trx, table: Table, where = sql`true`) => {
  const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table.name)} where ${where}`.execute(
    trx,
  );
  return rows[0]?.n;
};

/** Runs inside A's door, undoes it, and tells the error or the number of rows. */
async function attempt(statement: ReturnType<typeof sql>): Promise<bigint | string> {
  let outcome: bigint | string = 'did not run';
  await tenantTrx(made.db, a, async (trx) => {
    const result = await statement.execute(trx);
    outcome = result.numAffectedRows ?? 0n;
    throw new Error('undo');
  }).catch((error: unknown) => {
    if (error instanceof Error && error.message !== 'undo')
      outcome = 'code' in error ? String(error.code) : error.message;
  });
  return outcome;
}

test('every table forces row-level security, and the walk finds rows of both tenants in each', async () => {
  expect(tables.length).toBeGreaterThan(15);
  expect(tables.filter((table) => !table.isForced)).toEqual([]);
  await systemTrx(made.db, async (trx) => {
    for (const table of ofTenants()) {
      for (const tenant of [a, b]) {
        expect([table.name, await countOf(trx, table, sql`${tenantColumn(table)} = ${tenant}`)]).not.toEqual([
          table.name,
          0,
        ]);
      }
    }
  });
});

test('the walk is made by the plain role that the hub has', async () => {
  const { rows } =
    await sql`select current_user as name, rolsuper, rolbypassrls from pg_roles where rolname = current_user`.execute(
      made.db,
    );
  expect(rows).toEqual([{ name: 'hub', rolsuper: false, rolbypassrls: false }]);
});

test('without a door no table shows a row', async () => {
  await made.db.transaction().execute(async (trx) => {
    for (const table of tables) expect([table.name, await countOf(trx, table)]).toEqual([table.name, 0]);
  });
});

test('a door closes with its transaction', async () => {
  const single = await made.db.connection().execute(async (connection) => {
    await tenantTrx(made.db, a, (trx) => countOf(trx, { name: 'home', isForced: true, hasTenant: true }));
    return await sql<{ n: number }>`select count(*) as n from home`.execute(connection);
  });
  expect(single.rows).toEqual([{ n: 0 }]);
});

describe("inside A's door", () => {
  test('each table shows rows of A and none of B', async () => {
    await tenantTrx(made.db, a, async (trx) => {
      for (const table of ofTenants()) {
        expect([table.name, await countOf(trx, table, sql`${tenantColumn(table)} <> ${a}`)]).toEqual([table.name, 0]);
        expect([table.name, await countOf(trx, table)]).not.toEqual([table.name, 0]);
      }
    });
  });

  test('tables of the installation are closed, and only its own people are seen', async () => {
    await tenantTrx(made.db, a, async (trx) => {
      for (const table of tables.filter((one) => !ofTenants().includes(one))) {
        expect([table.name, await countOf(trx, table)]).toEqual([table.name, table.name === 'person' ? 1 : 0]);
      }
    });
  });

  test('no update or delete reaches a row of B', async () => {
    for (const table of ofTenants()) {
      const column = tenantColumn(table);
      const name = sql.table(table.name);
      expect([table.name, await attempt(sql`update ${name} set ${column} = ${column} where ${column} = ${b}`)]).toEqual(
        [table.name, 0n],
      );
      expect([table.name, await attempt(sql`delete from ${name} where ${column} = ${b}`)]).toEqual([table.name, 0n]);
    }
    expect(await attempt(sql`update person set name = 'x'`)).toBe(0n);
  });

  test('no row of A can be handed to B, and none be made in its name', async () => {
    for (const table of ofTenants()) {
      const column = tenantColumn(table);
      const name = sql.table(table.name);
      const [handed, madeUp] = [
        await attempt(sql`update ${name} set ${column} = ${b} where ${column} = ${a}`),
        await attempt(
          sql`insert into ${name} select (jsonb_populate_record(t, jsonb_build_object(${sql.lit(table.name === 'tenant' ? 'id' : 'tenant_id')}, ${b}::text))).* from ${name} t`,
        ),
      ];
      // 42501: the policy refused it.
      expect([table.name, handed, madeUp]).toEqual([table.name, '42501', '42501']);
    }
  });
});

test('a foreign key between tables of tenants carries the tenant: checks of foreign keys pass by row-level security', async () => {
  const { rows } = await sql<{ name: string; columns: string[]; source: string; target: string }>`
    select k.conname as name, k.conrelid::regclass::text as source, k.confrelid::regclass::text as target,
      array(select attname::text from pg_attribute where attrelid = k.conrelid and attnum = any (k.conkey)) as columns
    from pg_constraint k where k.contype = 'f' and k.connamespace = 'public'::regnamespace`.execute(made.db);
  const targets = new Set(tables.filter((table) => table.hasTenant).map((table) => table.name));
  // Tables of the installation are written through the system's door alone.
  const between = rows.filter((row) => targets.has(row.source) && targets.has(row.target));
  expect(between.length).toBeGreaterThan(8);
  expect(between.filter((row) => !row.columns.includes('tenant_id'))).toEqual([]);
});

test('a transaction of one tenant is not taken for another', async () => {
  const crossed = tenantTrx(made.db, a, (trx) => tenantTrx(trx, b, (inner) => countOf(inner, tables[0]!)));
  await expect(crossed).rejects.toThrow('not opened by tenantTrx for this tenant');
});
