import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM_ACTOR } from './actor.ts';
import { tenantTrx } from './doors.ts';
import { ADMIN_USER } from './embedded/cluster.ts';
import { writeHomeStatus } from './home-status.ts';
import { writeSweep } from './home-sweeps.ts';
import { registerHome } from './homes.ts';
import { enqueueJob } from './jobs.ts';
import { createTenant } from './tenants.ts';
import { createTestDatabase, type TestDatabase } from './testing/database.ts';

const GRAFANA = join(import.meta.dirname, '../../../grafana');
const TOKEN = 'a-token-that-nobody-may-read';

/** What a look at a home found. */
const FOUND = {
  ...{
    coreUpdate: '2026.11.3',
    osUpdate: undefined,
    updatesPending: 4,
    hasBackup: true,
    lastBackupAt: new Date('2026-11-01T03:00:00Z'),
  },
  ...{ diskFreeBytes: 3_000_000_000, diskTotalBytes: 30_000_000_000, repairs: 1 },
  ...{ unavailableEntities: 5, lowBatteries: 2, certificateExpiresAt: undefined },
};

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
    if (slug !== 'ours') continue;
    ours = id;
    const checkedAt = new Date();
    await writeHomeStatus(made.db, id, home.id, {
      ...{ state: 'running', haVersion: '2026.11.1', isAdmin: true, locationName: 'Elsewhere' },
      ...{ lastSeenAt: checkedAt, fault: undefined, checkedAt },
    });
    await writeSweep(made.db, { tenantId: id, homeId: home.id }, FOUND);
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

test('a home is shown with what the last look at it found, and the board tells the share of its disk', async () => {
  const { rows } = await grafana.query('select * from home_overview order by home');
  expect(rows).toMatchObject([
    {
      ...{
        home: 'Cabin of ours',
        state: 'running',
        ha_version: '2026.11.1',
        core_update: '2026.11.3',
        os_update: null,
      },
      ...{ updates_pending: 4, last_backup_at: FOUND.lastBackupAt, disk_free_bytes: '3000000000', repairs: 1 },
      ...{ unavailable_entities: 5, low_batteries: 2, certificate_expires_at: null, swept_at: expect.any(Date) },
    },
    { home: 'Cabin of theirs', state: null, updates_pending: null, swept_at: null },
  ]);
  expect(JSON.stringify(rows)).not.toContain('Elsewhere');
  const board = queries.find((query) => query.includes('low_batteries')) ?? '';
  expect((await grafana.query(board)).rows).toMatchObject([{ disk_free_pct: '10' }, { disk_free_pct: null }]);
});

test('within a tenant the views show what the tenant sees, and outside of one nothing', async () => {
  const inside = await tenantTrx(made.db, ours, (trx) =>
    sql<{ home: string }>`select home from home_overview`.execute(trx),
  );
  expect(inside.rows).toEqual([{ home: 'Cabin of ours' }]);
  expect((await sql`select home from job_overview`.execute(made.db)).rows).toEqual([]);
});
