import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { expect, it } from 'vitest';
import { ROOT } from '../docs/pages.ts';
import { hasDebianPostgres, startDebianPostgres } from './debian-postgres.ts';

const run = (env: Readonly<Record<string, string>>) =>
  promisify(execFile)(process.execPath, [join(ROOT, 'services/hub/src/migrate.ts')], { env }).then(
    ({ stderr }) => ({ code: 0, stderr }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ code, stderr }),
  );

it.skipIf(!hasDebianPostgres)(
  'the database is brought up to date without keys, by its direct address, and again',
  async () => {
    await using postgres = await startDebianPostgres();
    const env = { DATABASE_URL: 'postgres://pooler.invalid/hub', DATABASE_DIRECT_URL: postgres.url };
    const first = await run(env);
    expect(first).toMatchObject({ code: 0, stderr: expect.stringContaining('0001-') });
    expect(await run(env)).toMatchObject({ code: 0, stderr: expect.stringContaining('database was up to date') });
    expect(first.stderr).not.toContain(postgres.password);

    const client = new pg.Client(postgres.url);
    await client.connect();
    const { rows } = await client.query("select to_regclass('connector') is not null as is_there");
    await client.end();
    expect(rows).toEqual([{ is_there: true }]);
  },
);

it('without a database it says what to set, and a wrong password ends it with 1 and stays unsaid', async () => {
  expect(await run({})).toMatchObject({ code: 1, stderr: expect.stringContaining('Neither DATABASE_DIRECT_URL') });
  const refused = await run({ DATABASE_URL: 'postgres://hub:kept-to-itself@127.0.0.1:1/hub' });
  expect(refused.code).toBe(1);
  expect(refused.stderr).not.toContain('kept-to-itself');
});
