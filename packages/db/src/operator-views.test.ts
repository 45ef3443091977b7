import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM_ACTOR } from './actor.ts';
import { tenantTrx } from './doors.ts';
import { ADMIN_USER } from './embedded/cluster.ts';
import { registerHome } from './homes.ts';
import { enqueueJob } from './jobs.ts';
import { createTenant } from './tenants.ts';
import { createTestDatabase, type TestDatabase } from './testing/database.ts';

const GRAFANA = join(import.meta.dirname, '../../../grafana');
const TOKEN = 'a-token-that-nobody-may-read';

let made: TestDatabase;
let grafana: pg.Client;
let ours: string;

async function connect(user: string): Promise<pg.Client> {
  const client = new pg.Client({ ...made.connection, user });
  await client.connect();
  return client;
}

beforeAll(async () => {
  made = await createTestDatabase();
  for (const slug of ['ours', 'theirs']) {
    const { id } = await createTenant(made.db, made.vault, { name: slug, slug }, SYSTEM_ACTOR);
    const link = { url: 'http://home.example', token: TOKEN };
    const { home } = await registerHome(made.db, made.vault, id, { name: `Cabin of ${slug}`, link }, SYSTEM_ACTOR);
    const job = { tenantId: id, homeId: home.id, kind: 'backup.create', args: { name: 'x' }, isExclusive: true };
    await tenantTrx(made.db, id, (trx) => enqueueJob(trx, { ...job, actor: SYSTEM_ACTOR }));
    if (slug === 'ours') ours = id;
  }
  const admin = await connect(ADMIN_USER);
  await admin.query(readFileSync(join(GRAFANA, 'read-only-role.sql'), 'utf8'));
  await admin.end();
  grafana = await connect('hub_grafana');
});
afterAll(async () => {
  await grafana.end();
  await made.drop();
});

const queries = globSync('dashboards/*.json', { cwd: GRAFANA }).flatMap((name) => {
  const text = readFileSync(join(GRAFANA, name), 'utf8');
  return [...text.matchAll(/"rawSql": ("(?:[^"\\]|\\.)*")/g)].map(([, json = '""']) => String(JSON.parse(json)));
});

test('every query of the dashboards runs as the role of the data source', async () => {
  expect(queries.length).toBeGreaterThanOrEqual(4);
  for (const query of queries) await grafana.query(query);
});

test('the role sees homes and jobs of all tenants by name, and nothing else', async () => {
  const homes = await grafana.query('select * from home_overview order by home');
  expect(homes.rows.map(({ tenant, home }) => [tenant, home])).toEqual([
    ['ours', 'Cabin of ours'],
    ['theirs', 'Cabin of theirs'],
  ]);
  const jobs = await grafana.query('select * from job_overview');
  expect(jobs.rows).toHaveLength(2);
  expect(JSON.stringify([homes.rows, jobs.rows])).not.toMatch(new RegExp(`${TOKEN}|home\\.example`));
  for (const statement of [
    'select * from home',
    'select * from job',
    'select * from home_link',
    'select * from audit',
  ]) {
    await expect(grafana.query(statement)).rejects.toThrow(/permission denied/);
  }
  await grafana.query('set default_transaction_read_only = off');
  await expect(grafana.query('delete from home_overview')).rejects.toThrow(/permission denied|cannot delete/);
});

test('within a tenant the views show what the tenant sees, and outside of one nothing', async () => {
  const inside = await tenantTrx(made.db, ours, (trx) =>
    sql<{ home: string }>`select home from home_overview`.execute(trx),
  );
  expect(inside.rows).toEqual([{ home: 'Cabin of ours' }]);
  expect((await sql`select home from job_overview`.execute(made.db)).rows).toEqual([]);
});
