import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { chooseRunAs } from '@hub/db/embedded/run-as.ts';
import { freePort } from '@hub/real-home/free-port.ts';
import pg from 'pg';

const BIN = '/usr/lib/postgresql/15/bin';

export const hasDebianPostgres = existsSync(join(BIN, 'initdb'));

export interface DebianPostgres extends AsyncDisposable {
  /** For the role `hub`, which owns the database `hub`; with its password. */
  readonly url: string;
  readonly password: string;
}

/** Debian's PostgreSQL 15 on a cluster of its own, asked for passwords over TCP; `more` are settings as `name=value`. */
export async function startDebianPostgres(more: readonly string[] = []): Promise<DebianPostgres> {
  const { uid, gid, isSelf } = await chooseRunAs(undefined);
  const as = isSelf ? {} : { uid, gid };
  const dir = await mkdtemp(join(tmpdir(), 'hub-pg15-'));
  const [cluster, adminPassword, password] = [join(dir, 'cluster'), crypto.randomUUID(), crypto.randomUUID()];
  await writeFile(join(dir, 'password'), adminPassword);
  for (const path of isSelf ? [] : [dir, join(dir, 'password')]) await chown(path, uid, gid);
  await promisify(execFile)(
    join(BIN, 'initdb'),
    [
      '-D',
      cluster,
      '-U',
      'admin',
      '-A',
      'scram-sha-256',
      '--pwfile',
      join(dir, 'password'),
      '-E',
      'UTF8',
      '--locale=C',
    ],
    { ...as, cwd: dir },
  );
  const port = await freePort();
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    `unix_socket_directories=${dir}`,
    'fsync=off',
    ...more,
  ];
  const server = spawn(join(BIN, 'postgres'), ['-D', cluster, ...settings.flatMap((one) => ['-c', one])], {
    ...as,
    cwd: dir,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(server, 'exit');
  for await (const line of createInterface({ input: server.stderr })) {
    if (line.includes('ready to accept connections')) break;
  }
  server.stderr.resume();
  const admin = new pg.Client({
    host: '127.0.0.1',
    port,
    user: 'admin',
    password: adminPassword,
    database: 'postgres',
  });
  await admin.connect();
  await admin.query(`create role hub login password '${password}'`);
  await admin.query('create database hub owner hub');
  await admin.end();
  return {
    url: `postgres://hub:${password}@127.0.0.1:${port}/hub`,
    password,
    async [Symbol.asyncDispose]() {
      server.kill('SIGQUIT');
      await ended;
      await rm(dir, { recursive: true });
    },
  };
}
