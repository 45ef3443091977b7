import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assertSafeRole, type Database, openDatabase } from './database.ts';
import { tenantTrx } from './doors.ts';
import { type Embedded, startEmbedded } from './embedded.ts';
import { migrate, readMigrations } from './migrate.ts';
import { systemTrx } from './system-door.ts';
import { createTenant, findTenant } from './tenants.ts';
import { createTestDatabase, MIGRATIONS, type TestDatabase } from './testing/database.ts';

const DEBIAN_15 = '/usr/lib/postgresql/15/bin';

describe.each([
  { name: 'the bundled PostgreSQL 18', pgBinDir: undefined, major: 18, isHere: true },
  { name: 'PostgreSQL 15', pgBinDir: DEBIAN_15, major: 15, isHere: existsSync(DEBIAN_15) },
])('on $name', ({ pgBinDir, major, isHere }) => {
  test.skipIf(!isHere && process.env['REQUIRE_REAL'] !== '1')('the migrations run from nothing, once', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'hub-migrate-'));
    const embedded: Embedded = await startEmbedded({ dataDir, pgBinDir, settings: { fsync: 'off' } });
    const db = openDatabase({ ...embedded.connection, maxConnections: 2 });
    try {
      const { rows } = await sql<{
        version: number;
      }>`select current_setting('server_version_num')::int / 10000 as version`.execute(db);
      expect(rows).toEqual([{ version: major }]);
      await expect(assertSafeRole(db)).resolves.toBeUndefined();
      const names = (await readMigrations(MIGRATIONS)).map((file) => file.name);
      const reports = await Promise.all([migrate(db, MIGRATIONS), migrate(db, MIGRATIONS)]);
      expect(reports.flatMap((report) => report.applied).sort()).toEqual(names);
      expect((await migrate(db, MIGRATIONS)).applied).toEqual([]);
    } finally {
      await db.destroy();
      await embedded.stop();
      await rm(dataDir, { recursive: true });
    }
  });
});

describe('a migrated database', () => {
  let test18: TestDatabase;
  let db: Database;
  let folder: string;
  beforeAll(async () => {
    test18 = await createTestDatabase();
    db = test18.db;
    folder = await mkdtemp(join(tmpdir(), 'hub-migrations-'));
    await cp(MIGRATIONS, folder, { recursive: true });
  });
  afterAll(async () => {
    await test18.drop();
    await rm(folder, { recursive: true });
  });

  test('refuses an applied file that was changed', async () => {
    const path = join(folder, '0001-create-foundation.sql');
    const text = await readFile(path, 'utf8');
    await writeFile(path, `${text}\n-- a thought added later\n`);
    await expect(migrate(db, folder)).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringContaining('changed'),
    });
    await writeFile(path, text);
  });

  test('lets those who serve meanwhile pass, while it waits for a table, and comes again', {
    timeout: 30_000,
  }, async () => {
    await writeFile(join(folder, '9000-widen-tenant.sql'), '-- oldest code: 1\nalter table tenant add extra int;\n');
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    const read = sql`select from tenant`;
    const reading = systemTrx(db, (trx) => read.execute(trx).then(() => over));
    const migrating = migrate(db, folder);
    const isWaiting = sql`select from pg_locks where relation = 'tenant'::regclass and not granted`;
    await expect.poll(async () => (await isWaiting.execute(db)).rows.length).toBe(1);
    // Behind it, until it gives way.
    await systemTrx(db, (trx) => read.execute(trx));
    end();
    await reading;
    expect(await migrating).toMatchObject({ applied: ['9000-widen-tenant.sql'] });
  });

  test('runs older code as long as each newer migration allows it, and refuses it after', async () => {
    await writeFile(join(folder, '9001-add-note.sql'), '-- oldest code: 1\ncreate table extra_note (id int);\n');
    expect((await migrate(db, folder)).newest).toBe(9001);
    await expect(migrate(db, MIGRATIONS)).resolves.toEqual({ applied: [], newest: 9001 });
    await writeFile(join(folder, '9002-drop-note.sql'), '-- oldest code: 9001\ndrop table extra_note;\n');
    await migrate(db, folder);
    await expect(migrate(db, MIGRATIONS)).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringContaining('9001'),
    });
  });

  test('keeps nothing of a migration that failed half way', async () => {
    await writeFile(
      join(folder, '9003-break-things.sql'),
      '-- oldest code: 1\ncreate table half (id int);\nselect 1 / 0;\n',
    );
    await expect(migrate(db, folder)).rejects.toThrow('division by zero');
    const { rows } = await sql`select to_regclass('half') as half`.execute(db);
    expect(rows).toEqual([{ half: null }]);
  });

  test('a file without its oldest code is refused before anything runs', async () => {
    await writeFile(join(folder, '9003-break-things.sql'), 'create table half (id int);\n');
    await expect(migrate(db, folder)).rejects.toThrow('oldest code');
  });
});

test('a superuser is refused', async () => {
  const { connection, drop } = await createTestDatabase();
  const admin = openDatabase({ ...connection, user: 'postgres', maxConnections: 1 });
  await expect(assertSafeRole(admin)).rejects.toMatchObject({ message: expect.stringContaining('superuser') });
  await admin.destroy();
  await drop();
});

test('a role that may not make tables is told how to become able to', async () => {
  const { connection, drop } = await createTestDatabase();
  const other = openDatabase({ ...connection, database: 'postgres', maxConnections: 1 });
  await expect(migrate(other, MIGRATIONS)).rejects.toMatchObject({
    code: 'STORAGE_UNAVAILABLE',
    suggestions: [expect.stringContaining('owner')],
  });
  await other.destroy();
  await drop();
});

test('a connection that is cut is a Fault and not the end of the process, and the pool goes on', async () => {
  const { db, vault, connection, drop } = await createTestDatabase();
  const admin = openDatabase({ ...connection, user: 'postgres', maxConnections: 1 });
  const tenant = await createTenant(db, vault, { name: 'Before' }, { kind: 'system' });
  const cutInUse = tenantTrx(db, tenant.id, (trx) => sql`select pg_terminate_backend(pg_backend_pid())`.execute(trx));
  await expect(cutInUse).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  await createTenant(db, vault, { name: 'After' }, { kind: 'system' });
  const { rows } = await sql`
    select pg_terminate_backend(pid, 10000) as gone from pg_stat_activity where usename = 'hub' and datname = ${connection.database}`.execute(
    admin,
  );
  expect(rows).toEqual([{ gone: true }]);
  await admin.destroy();
  // The pool may hand out the cut connection once before it has heard of the cut.
  await findTenant(db, 'after').catch(() => undefined);
  expect(await findTenant(db, 'after')).toMatchObject({ name: 'After' });
  await drop();
});
