import pg from 'pg';
import type { SocketConnection } from '../database.ts';
import { asStorageFault } from '../storage-fault.ts';
import { ADMIN_USER } from './cluster.ts';

/** Makes the plain role `hub` and its database where they are missing, and resolves with the way to it. */
export async function bootstrapRole(socketDir: string): Promise<SocketConnection> {
  const admin = new pg.Client({
    host: socketDir,
    port: 5432,
    user: ADMIN_USER,
    database: 'postgres',
    connectionTimeoutMillis: 30_000,
  });
  admin.on('error', () => undefined);
  try {
    await admin.connect();
    const roles = await admin.query("select from pg_roles where rolname = 'hub'");
    if (roles.rowCount === 0) await admin.query('create role hub login');
    const databases = await admin.query("select from pg_database where datname = 'hub'");
    if (databases.rowCount === 0) await admin.query('create database hub owner hub');
  } catch (error) {
    throw asStorageFault(error);
  } finally {
    await admin.end().catch(() => undefined);
  }
  return { host: socketDir, port: 5432, database: 'hub', user: 'hub' };
}
