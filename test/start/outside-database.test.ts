import { newKeyRing } from '@hub/db/key-ring.ts';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDataDir, type RunningHub, removeDataDir, runHub, startHub } from '../start-hub.ts';
import { type DebianPostgres, hasDebianPostgres, startDebianPostgres } from './debian-postgres.ts';

describe.skipIf(!hasDebianPostgres && process.env['REQUIRE_REAL'] !== '1')('on a PostgreSQL 15 of the operator', () => {
  const keys = newKeyRing();
  let postgres: DebianPostgres;
  let dataDir: string;
  let hub: RunningHub;
  beforeAll(async () => {
    [postgres, dataDir] = await Promise.all([startDebianPostgres(), makeDataDir()]);
    hub = await startHub({ dataDir, env: { DATABASE_URL: postgres.url, HUB_KEYS: keys } });
  });
  afterAll(async () => {
    await hub?.[Symbol.asyncDispose]();
    await postgres?.[Symbol.asyncDispose]();
    await removeDataDir(dataDir);
  });

  const secrets = () => [postgres.password, keys, keys.split(':').at(-1) ?? keys, 'private_'];
  const expectNoSecret = (text: string) => {
    for (const secret of secrets()) expect(text).not.toContain(secret);
  };

  it('starts, is ready, and prints nothing secret', async () => {
    expect((await fetch(`${hub.opsBase}/readyz`)).status).toBe(200);
    expect(hub.stdout()).toContain(`ha-mcp-hub is ready at ${hub.base}`);
    expect(hub.url).toBe('');
    expectNoSecret(hub.stdout() + hub.stderr());
  });

  it('makes no tenant, home or connector by itself', async () => {
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    try {
      // The role owns the tables, and forced row-level security binds it all the same: only the statistics see every row.
      const { rows } = await client.query(
        `select relname, n_tup_ins::int as rows from pg_stat_user_tables where relname in ('tenant', 'home', 'connector', 'credential')`,
      );
      expect(rows).toHaveLength(4);
      expect(rows.filter(({ rows: count }) => count > 0)).toEqual([]);
    } finally {
      await client.end();
    }
  });

  it('refuses a second hub, wrong keys and a wrong password, without a secret in its words', {
    timeout: 90_000,
  }, async () => {
    const env = { DATABASE_URL: postgres.url, HUB_KEYS: keys };
    const starts = {
      second: { env, words: ['Another hub', 'One hub runs on a database'] },
      'wrong password': {
        env: { ...env, DATABASE_URL: postgres.url.replace(/:[^:@]+@/, ':hunter2@') },
        words: ['hub'],
      },
      'wrong keys': { env: { ...env, HUB_KEYS: newKeyRing() }, words: ['HUB_KEYS'] },
    };
    const ends = Object.entries(starts).map(async ([name, { env: own, words }]) => {
      const { code, stdout, stderr } = await runHub({ dataDir, env: own });
      expect(code, `${name}: ${stderr}`).toBe(1);
      for (const word of ['\nhub: ', ...words]) expect(stderr, name).toContain(word);
      expect(stderr, name).not.toMatch(/^\s+at /m);
      expectNoSecret(stdout + stderr);
      expect(stderr, name).not.toContain('hunter2');
    });
    await Promise.all(ends);
    expect((await fetch(`${hub.opsBase}/readyz`)).status).toBe(200);
  });
});
