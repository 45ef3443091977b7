import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { chooseRunAs } from '@hub/db/embedded/run-as.ts';
import { newKeyRing } from '@hub/db/key-ring.ts';
import { findRedis, startRedisServer } from '@hub/runtime/testing/redis-server.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDataDir, removeDataDir, runHub, startHub, steadyPort } from '../start-hub.ts';
import { type Certificates, makeCertificates } from '../tls/certificates.ts';
import { type DebianPostgres, hasDebianPostgres, startDebianPostgres } from './debian-postgres.ts';

const PGBOUNCER = '/usr/sbin/pgbouncer';
const isReal = process.env['REQUIRE_REAL'] === '1';
const hasAll = hasDebianPostgres && findRedis() !== undefined && existsSync(PGBOUNCER);

describe.skipIf(!hasAll && !isReal)('a hub of a cluster, with services as operators run them', () => {
  const keys = newKeyRing();
  const adminKey = 'an-admin-key-of-the-test-only';
  let certificates: string;
  let made: Certificates;
  let postgres: DebianPostgres;
  let dataDir: string;

  beforeAll(async () => {
    certificates = await mkdtemp(join(tmpdir(), 'hub-certificates-'));
    await chmod(certificates, 0o755);
    made = await makeCertificates(certificates);
    // PostgreSQL wants its key for itself alone.
    const { uid, gid } = await chooseRunAs(undefined);
    await writeFile(join(certificates, 'postgres.key'), made.server.key, { mode: 0o600 });
    await chown(join(certificates, 'postgres.key'), uid, gid);
    postgres = await startDebianPostgres([
      'ssl=on',
      `ssl_cert_file=${certificates}/server.pem`,
      `ssl_key_file=${certificates}/postgres.key`,
    ]);
    dataDir = await makeDataDir();
  });
  afterAll(async () => {
    await postgres?.[Symbol.asyncDispose]();
    await removeDataDir(dataDir);
    await rm(certificates, { recursive: true, force: true });
  });

  const env = async (more: Readonly<Record<string, string>>) => ({
    ...{
      HUB_KEYS: keys,
      HUB_ADMIN_KEY: adminKey,
      INTERNAL_HOST: '127.0.0.1',
      INTERNAL_PORT: String(await steadyPort()),
    },
    ...more,
  });
  const makeTenant = async (base: string, slug: string) =>
    fetch(`${base}/api/tenants`, {
      method: 'POST',
      headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: slug, slug, owner: 'Anna' }),
    });

  it('asks PostgreSQL and Redis for TLS and proof, and starts with neither when the proof is of another authority', {
    timeout: 90_000,
  }, async () => {
    const port = await steadyPort();
    await using redis = await startRedisServer(await steadyPort(), 'noeviction', [
      ...['--tls-port', `${port}`, '--tls-cert-file', `${certificates}/server.pem`],
      ...['--tls-key-file', `${certificates}/server.key`, '--tls-ca-cert-file', `${certificates}/authority.pem`],
      ...['--tls-auth-clients', 'no'],
    ]);
    expect(redis.url).toContain('redis://');
    // The file asks for TLS and proof, whatever the URL says.
    const secure = { DATABASE_URL: `${postgres.url}?sslmode=no-verify`, REDIS_URL: `rediss://127.0.0.1:${port}` };
    const trusted = {
      DATABASE_CA_FILE: `${certificates}/authority.pem`,
      REDIS_CA_FILE: `${certificates}/authority.pem`,
    };
    {
      await using hub = await startHub({ dataDir, env: await env({ ...secure, ...trusted, LOG_LEVEL: 'info' }) });
      expect((await fetch(`${hub.opsBase}/readyz`)).status).toBe(200);
      expect((await makeTenant(hub.base, 'secure')).status).toBe(201);
      expect(hub.stderr()).toContain('Redis answers');
    }
    const foreign = { ...trusted, DATABASE_CA_FILE: `${certificates}/stranger.pem` };
    const { code, stderr } = await runHub({ dataDir, env: await env({ ...secure, ...foreign }) });
    expect(code).toBe(1);
    expect(stderr).toMatch(/hub: .*certificate/i);
    expect(stderr).not.toContain(postgres.password);
  });

  it('refuses a file of an authority that is none, naming the variable', async () => {
    await writeFile(join(dataDir, 'no-certificate.pem'), 'hello');
    const wrong = { DATABASE_URL: postgres.url, DATABASE_CA_FILE: join(dataDir, 'no-certificate.pem') };
    const { code, stderr } = await runHub({ dataDir, env: await env(wrong) });
    expect([code, stderr]).toEqual([1, expect.stringContaining('DATABASE_CA_FILE')]);
  });

  it('works through PgBouncer in transaction mode, migrations over the direct line', { timeout: 90_000 }, async () => {
    const port = await steadyPort();
    const direct = new URL(postgres.url);
    const { uid, gid } = await chooseRunAs(undefined);
    const ini = [
      '[databases]',
      `hub = host=127.0.0.1 port=${direct.port} dbname=hub`,
      '[pgbouncer]',
      ...['listen_addr = 127.0.0.1', `listen_port = ${port}`, 'auth_type = scram-sha-256'],
      ...[`auth_file = ${certificates}/users.txt`, 'pool_mode = transaction', 'default_pool_size = 4'],
      ...['unix_socket_dir =', 'ignore_startup_parameters = statement_timeout,idle_in_transaction_session_timeout'],
      '',
    ];
    await writeFile(join(certificates, 'users.txt'), `"hub" "${postgres.password}"\n`);
    await writeFile(join(certificates, 'pgbouncer.ini'), ini.join('\n'));
    const bouncer = spawn(PGBOUNCER, [join(certificates, 'pgbouncer.ini')], { stdio: 'ignore', uid, gid });
    const ended = once(bouncer, 'exit');
    try {
      await untilListening(port);
      await using redis = await startRedisServer(await steadyPort());
      const pooled = postgres.url.replace(`:${direct.port}/`, `:${port}/`);
      const shared = { DATABASE_URL: pooled, DATABASE_DIRECT_URL: postgres.url, REDIS_URL: redis.url };
      await using first = await startHub({ dataDir, env: await env(shared) });
      await using second = await startHub({ env: await env(shared) });
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) => makeTenant((n % 2 === 0 ? first : second).base, `pooled-${n}`)),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201));
      // A setting that one transaction left behind on a shared connection would show the rows of another tenant.
      const members = await Promise.all(
        Array.from({ length: 20 }, async (_, n) => {
          const at = n % 2 === 0 ? second : first;
          const headers = { authorization: `Bearer ${adminKey}` };
          return (await fetch(`${at.base}/api/tenants/pooled-${n}/members`, { headers })).json();
        }),
      );
      for (const answer of members) expect(answer).toMatchObject({ members: [{ personName: 'Anna' }] });
    } finally {
      bouncer.kill('SIGKILL');
      await ended;
    }
  });
});

async function untilListening(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const isThere = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isThere) return;
    await delay(50);
  }
}
