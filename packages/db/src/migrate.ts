import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '@hub/core/fault.ts';
import { sql } from 'kysely';
import pg from 'pg';
import type { Database, Trx } from './database.ts';
import { systemTrx } from './system-door.ts';

export interface MigrationFile {
  readonly number: number;
  /** The file's name. */
  readonly name: string;
  /** Number of the newest migration that the oldest code still able to run knows. */
  readonly oldestCode: number;
  readonly sha256: string;
  readonly text: string;
}

export interface MigrationReport {
  /** File names, in the order they ran now; empty when all was in place. */
  readonly applied: readonly string[];
  /** The highest number in the database, which newer code may have put there. */
  readonly newest: number;
}

/** Hubs that serve meanwhile wait behind a migration that waits for a lock: it gives way, and comes again. */
const LOCK_WAIT_MS = 2_000;
const COME_AGAIN_MS = 1_000;
const MAX_TRIES = 60;

// Any constant will do, as long as it stays: it keeps two hubs from migrating at once.
const MIGRATION_LOCK = 4_847_201;

/**
 * Brings the database to what `folder` says, one transaction per file; safe to run from several hubs at once.
 * @throws Fault STORAGE_UNAVAILABLE when this code is too old for the database, or an applied file was changed or removed.
 */
export async function migrate(db: Database, folder: string): Promise<MigrationReport> {
  const files = await readMigrations(folder);
  const applied: string[] = [];
  for (;;) {
    const step = await tryNext(db, files);
    if (step.applied === undefined) return { applied, newest: step.newest };
    applied.push(step.applied);
  }
}

async function tryNext(db: Database, files: readonly MigrationFile[]): ReturnType<typeof applyNext> {
  for (let tries = 1; ; tries++) {
    try {
      return await systemTrx(db, (trx) => applyNext(trx, files));
    } catch (error) {
      if (!isOf(error, LOCK_NOT_AVAILABLE) || tries === MAX_TRIES) throw asMigrationFault(error);
      await delay(COME_AGAIN_MS);
    }
  }
}

/**
 * For processes that use the database and do not change its shape.
 * @throws Fault STORAGE_UNAVAILABLE when it is not yet what `folder` says, or too new for this code
 */
export async function assertMigrated(db: Database, folder: string): Promise<void> {
  const files = await readMigrations(folder);
  const applied = await systemTrx(db, async (trx) => {
    const { rows } = await sql<{ found: string | null }>`select to_regclass('migration')::text as found`.execute(trx);
    if (!rows[0]?.found) return [];
    return trx.selectFrom('migration').select(['number', 'name', 'oldest_code', 'sha256']).orderBy('number').execute();
  });
  refuseUnfit(applied, files);
  const missing = files.filter((file) => !applied.some((row) => row.number === file.number));
  if (missing.length === 0) return;
  throw new Fault('STORAGE_UNAVAILABLE', `The database lacks ${missing.map(({ name }) => name).join(', ')}.`, {
    suggestion: 'Start a hub of this version first: it brings the database up to date.',
  });
}

/** The numbered files, lowest first. @throws Error when one is misnamed, doubled or lacks its `-- oldest code: N` line. */
export async function readMigrations(folder: string): Promise<readonly MigrationFile[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  const files = await Promise.all(names.map((name) => readMigration(folder, name)));
  const doubled = files.find((file, index) => files[index - 1]?.number === file.number);
  if (doubled) throw new Error(`migration number ${doubled.number} is used twice`);
  return files;
}

async function readMigration(folder: string, name: string): Promise<MigrationFile> {
  const text = await readFile(join(folder, name), 'utf8');
  const number = /^(\d{4})-[a-z]+(-[a-z0-9]+)+\.sql$/.exec(name)?.[1];
  const oldestCode = /^-- oldest code: (\d+)\r?\n/.exec(text)?.[1];
  if (number === undefined) throw new Error(`migration ${name} is not named NNNN-verb-noun.sql`);
  if (oldestCode === undefined) throw new Error(`migration ${name} does not begin with a line '-- oldest code: N'`);
  const sha256 = createHash('sha256').update(text).digest('hex');
  return { number: Number(number), name, oldestCode: Number(oldestCode), sha256, text };
}

async function applyNext(trx: Trx, files: readonly MigrationFile[]): Promise<{ applied?: string; newest: number }> {
  await sql`set local statement_timeout = 0`.execute(trx);
  await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(trx);
  await sql`set local lock_timeout = ${sql.lit(LOCK_WAIT_MS)}`.execute(trx);
  await createMigrationTable(trx);
  const rows = await trx
    .selectFrom('migration')
    .select(['number', 'name', 'oldest_code', 'sha256'])
    .orderBy('number')
    .execute();
  refuseUnfit(rows, files);
  const next = files.find((file) => !rows.some((row) => row.number === file.number));
  const newest = rows.at(-1)?.number ?? 0;
  if (next === undefined) return { newest };
  await sql.raw(next.text).execute(trx);
  await trx
    .insertInto('migration')
    .values({ number: next.number, name: next.name, oldest_code: next.oldestCode, sha256: next.sha256 })
    .execute();
  return { applied: next.name, newest: Math.max(newest, next.number) };
}

async function createMigrationTable(trx: Trx): Promise<void> {
  const { rows } = await sql<{ found: string | null }>`select to_regclass('migration')::text as found`.execute(trx);
  if (rows[0]?.found) return;
  await sql
    .raw(`
      create table migration (
        number int primary key,
        name text not null,
        oldest_code int not null,
        sha256 text not null,
        applied_at timestamptz not null default now()
      );
      alter table migration enable row level security, force row level security;
      create policy system_door on migration
        using (current_setting('hub.door', true) = 'system') with check (current_setting('hub.door', true) = 'system');
    `)
    .execute(trx);
}

const INSUFFICIENT_PRIVILEGE = '42501';
const LOCK_NOT_AVAILABLE = '55P03';

function isOf(error: unknown, code: string): error is Error {
  return error instanceof pg.DatabaseError && error.code === code;
}

function asMigrationFault(error: unknown): unknown {
  if (isOf(error, LOCK_NOT_AVAILABLE)) {
    return new Fault('STORAGE_UNAVAILABLE', `The tables are in use all the time: ${error.message}.`, {
      suggestion: 'See in pg_stat_activity which transaction has been open for long, end it, and start again.',
      cause: error,
    });
  }
  if (!isOf(error, INSUFFICIENT_PRIVILEGE)) return error;
  return new Fault('STORAGE_UNAVAILABLE', `The database role may not make tables: ${error.message}.`, {
    suggestion: 'Make it the owner of its database: alter database hub owner to hub;',
    cause: error,
  });
}

interface AppliedRow {
  readonly number: number;
  readonly name: string;
  readonly oldest_code: number;
  readonly sha256: string;
}

function refuseUnfit(rows: readonly AppliedRow[], files: readonly MigrationFile[]): void {
  const known = files.at(-1)?.number ?? 0;
  const needed = Math.max(0, ...rows.map((row) => row.oldest_code));
  if (known < needed) {
    throw new Fault(
      'STORAGE_UNAVAILABLE',
      `This database needs a hub that knows migration ${needed}; this one ends at ${known}.`,
      {
        suggestion:
          'Start the newer version of the hub that was used on this data before, or restore a backup made before the update.',
      },
    );
  }
  for (const row of rows) {
    const file = files.find((candidate) => candidate.number === row.number);
    if (file?.sha256 === row.sha256 || (file === undefined && row.number > known)) continue;
    throw new Fault(
      'STORAGE_UNAVAILABLE',
      `Migration ${row.name} was applied to this database, and its file has since been ${file ? 'changed' : 'removed'}.`,
      {
        suggestion: 'Restore the file as it was released; put what should change into a new migration.',
      },
    );
  }
}
