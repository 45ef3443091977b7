import { Socket } from 'node:net';
import { Fault } from '@hub/core/fault.ts';
import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import pg from 'pg';
import type { Schema } from './schema.ts';
import { asStorageFault } from './storage-fault.ts';

export type Database = Kysely<Schema>;
export type Trx = Transaction<Schema>;

export interface SocketConnection {
  /** A host name, or the folder of a Unix socket. */
  readonly host: string;
  readonly database: string;
  readonly user: string;
  readonly port?: number;
}

export type DatabaseOptions = (
  | SocketConnection
  | {
      readonly connectionString: string;
      /** PEM, for a server whose certificate no public authority signed; asks for TLS and proof. */
      readonly ca?: string | undefined;
    }
) & {
  readonly maxConnections: number;
  /** Milliseconds after which PostgreSQL ends a statement; 30,000 unless told. */
  readonly statementTimeoutMs?: number;
  /** Told when a connection at rest breaks; the pool replaces it by itself. */
  readonly onConnectionLost?: (error: Error) => void;
  /** Told of each query, without its text; the wait for a connection is not in it. */
  readonly onQuery?: (durationMs: number, operation: SqlOperation) => void;
  /** Gets, once, a way to ask how the pool stands. */
  readonly onPool?: (counts: () => PoolCounts) => void;
};

export type SqlOperation = 'select' | 'insert' | 'update' | 'delete' | 'other';

export interface PoolCounts {
  readonly used: number;
  readonly idle: number;
  /** Callers that wait for a connection. */
  readonly waiting: number;
}

/**
 * A pool that survives the loss of its server. Nothing is connected before the first query. Close with `db.destroy()`.
 * Waiting for a free connection ends after 10 s, a forgotten transaction after 60 s.
 */
export function openDatabase(options: DatabaseOptions): Database {
  const {
    maxConnections,
    statementTimeoutMs = 30_000,
    onConnectionLost = () => undefined,
    onQuery,
    onPool,
    ...connection
  } = options;
  const pool = new pg.Pool({
    ...('connectionString' in connection ? urlOptions(connection) : { port: 5432, ...connection }),
    max: maxConnections,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: 60_000,
    keepAlive: true,
    application_name: 'ha-mcp-hub',
    types: { getTypeParser },
    stream: () => impatientSocket(statementTimeoutMs + SILENCE_GRACE_MS),
  });
  // Without a listener on both, a server that shuts down (57P01) ends this process: pg-pool listens to idle clients only.
  pool.on('error', (error) => onConnectionLost(withoutClient(error)));
  pool.on('connect', (client) => client.on('error', () => undefined));
  onPool?.(() => ({ used: pool.totalCount - pool.idleCount, idle: pool.idleCount, waiting: pool.waitingCount }));
  return new Kysely<Schema>({
    dialect: new PostgresDialect({ pool }),
    ...(onQuery && { log: ({ query, queryDurationMillis }) => onQuery(queryDurationMillis, operationOf(query.sql)) }),
  });
}

/** The first word alone; a statement that begins with `with` counts as a look. */
function operationOf(text: string): SqlOperation {
  const [, word = ''] = /^\s*(select|with|insert|update|delete)\b/i.exec(text) ?? [];
  return OPERATIONS.get(word.toLowerCase()) ?? 'other';
}

const OPERATIONS = new Map<string, SqlOperation>([
  ['select', 'select'],
  ['with', 'select'],
  ['insert', 'insert'],
  ['update', 'update'],
  ['delete', 'delete'],
]);

function urlOptions({ connectionString, ca }: { readonly connectionString: string; readonly ca?: string | undefined }) {
  if (ca === undefined) return { connectionString };
  const url = new URL(connectionString);
  // pg lets what the URL says of TLS win: with sslmode=disable it would speak in the clear, with require forget the authority.
  for (const name of ['ssl', 'sslmode', 'sslrootcert']) url.searchParams.delete(name);
  return { connectionString: url.href, ssl: { ca, rejectUnauthorized: true } };
}

/** The pool hangs the whole client on it, with addresses and the key that cancels statements. */
function withoutClient(error: Error & { client?: unknown }): Error {
  delete error.client;
  return error;
}

/** Beyond the server's own statement timeout and the pool's for idle connections, so that it speaks only when nobody else does. */
const SILENCE_GRACE_MS = 15_000;

/** A server that hangs, or a line that is dead, ends its connection; otherwise a query would wait until TCP gives up. */
function impatientSocket(silenceMs: number): Socket {
  const socket = new Socket();
  socket.setTimeout(silenceMs, () => socket.destroy(new Error('Connection terminated: PostgreSQL fell silent')));
  return socket;
}

const INT8 = 20;

/** int8 as a number: counts and sequences stay far below 2^53, and one beyond it is an error rather than a wrong digit. */
const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') =>
  oid === INT8 && format !== 'binary'
    ? parseInt8
    : pg.types.getTypeParser(oid, format === 'binary' ? 'binary' : 'text');

function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`int8 ${text} does not fit a number`);
  return value;
}

/** Resolves when PostgreSQL answers. @throws Fault STORAGE_UNAVAILABLE when it does not within `timeoutMs` */
export async function pingDatabase(db: Database, timeoutMs: number): Promise<void> {
  const late = new Promise<never>((_resolve, reject) => {
    const fault = new Fault('STORAGE_UNAVAILABLE', `The database did not answer within ${timeoutMs} ms.`);
    setTimeout(() => reject(fault), timeoutMs).unref();
  });
  const asked = sql`select 1`.execute(db).catch((error: unknown) => {
    throw asStorageFault(error);
  });
  await Promise.race([asked, late]);
}

/** Row-level security binds only a plain role. @throws Fault STORAGE_UNAVAILABLE when it does not bind this one, or nothing answers. */
export async function assertSafeRole(db: Database): Promise<void> {
  const { rows } = await sql<{ name: string; is_super: boolean; bypasses: boolean }>`
    select rolname as name, rolsuper as is_super, rolbypassrls as bypasses from pg_roles where rolname = current_user`
    .execute(db)
    .catch((error: unknown) => {
      throw asStorageFault(error);
    });
  const role = rows[0];
  if (role === undefined || role.is_super || role.bypasses) {
    const power = role?.is_super ? 'is a superuser' : 'may bypass row-level security';
    throw new Fault(
      'STORAGE_UNAVAILABLE',
      `The database role '${role?.name ?? 'unknown'}' ${power}: tenants would not be kept apart.`,
      {
        suggestion: [
          "Make a plain role that owns the database: create role hub login password '…'; create database hub owner hub;",
          'Then name that role in DATABASE_URL.',
        ],
      },
    );
  }
}
