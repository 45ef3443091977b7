import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from './database.ts';
import { type EmbeddedOptions, startEmbedded } from './embedded.ts';
import { listTenants } from './tenants.ts';

const isRoot = process.getuid?.() === 0;
const WRITER = fileURLToPath(new URL('./testing/write-until-killed.ts', import.meta.url));

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hub-embedded-'));
  await chmod(dir, 0o755);
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** Starts, hands over a pool, and stops. */
async function during<T>(
  options: Partial<EmbeddedOptions>,
  work: (db: Database, embedded: Awaited<ReturnType<typeof startEmbedded>>) => Promise<T>,
): Promise<T> {
  const embedded = await startEmbedded({ dataDir: join(dir, 'data'), fallbackDir: join(dir, 'elsewhere'), ...options });
  const db = openDatabase({ ...embedded.connection, maxConnections: 2 });
  try {
    return await work(db, embedded);
  } finally {
    await db.destroy();
    await embedded.stop();
  }
}

/** A hub of its own that writes until it is killed; resolves after `count` acknowledged rows. */
async function writeThenKill(run: number, count: number, killPostgresToo: boolean): Promise<readonly string[]> {
  const child: ChildProcess = spawn(process.execPath, [WRITER, join(dir, 'data'), String(run)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const acknowledged: string[] = [];
  let postgresPid = 0;
  const closed = new Promise((resolve) => child.on('close', resolve));
  if (!child.stdout) throw new Error('no stdout');
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('postgres ')) postgresPid = Number(line.slice(9));
    else acknowledged.push(line);
    if (acknowledged.length !== count) return;
    child.kill('SIGKILL');
    if (killPostgresToo) process.kill(postgresPid, 'SIGKILL');
  });
  await closed;
  return acknowledged;
}

/** Containers often give root without the right to mount. */
function canMount(): boolean {
  return spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()]).status === 0;
}

describe('a killed hub', () => {
  test('loses no acknowledged row, its orphan is stopped, and the cluster goes on', async () => {
    const acknowledged: string[] = [];
    for (const [run, killPostgresToo] of [false, true, false].entries()) {
      acknowledged.push(...(await writeThenKill(run, 20 + run, killPostgresToo)));
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(63);
    await during({}, async (db, embedded) => {
      expect(embedded.place.hadOrphan).toBe(true);
      const slugs = new Set((await listTenants(db)).map((tenant) => tenant.slug));
      expect(acknowledged.filter((slug) => !slugs.has(slug))).toEqual([]);
    });
  }, 120_000);
});

test('a second hub on the same data is refused while the first lives, and starts after', async () => {
  await during({}, async () => {
    await expect(startEmbedded({ dataDir: join(dir, 'data') })).rejects.toMatchObject({ code: 'RESOURCE_LOCKED' });
    const script = `import(${JSON.stringify(new URL('./embedded.ts', import.meta.url).href)}).then((m) => m.startEmbedded({ dataDir: ${JSON.stringify(join(dir, 'data'))} })).catch((e) => console.log(e.code))`;
    expect(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).trim()).toBe(
      'RESOURCE_LOCKED',
    );
  });
  await during({}, async (_db, embedded) => expect(embedded.place.hadOrphan).toBe(false));
});

test('it listens on no network, keeps its socket to its user, and syncs every commit', async () => {
  await during({}, async (db, embedded) => {
    const { rows } = await sql`
      select current_setting('listen_addresses') as network, current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
        current_setting('server_encoding') as encoding, current_user as role, lower('ÄΩ') as folded`.execute(db);
    expect(rows).toEqual([{ network: '', fsync: 'on', commit: 'on', encoding: 'UTF8', role: 'hub', folded: 'äω' }]);
    expect((await stat(embedded.connection.host)).mode & 0o777).toBe(0o700);
    expect((await stat(embedded.place.cluster)).mode & 0o777).toBe(0o700);
    expect(Buffer.byteLength(`${embedded.connection.host}/.s.PGSQL.5432`)).toBeLessThan(107);
  });
});

test.runIf(process.platform === 'linux')('it stands in a session of its own, out of reach of Ctrl-C', async () => {
  await during({}, async (_db, { pid }) => {
    const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
    // state, ppid, process group, session
    expect(fields.slice(2, 4)).toEqual([String(pid), String(pid)]);
  });
});

test('when PostgreSQL dies by itself the hub is told, and when it was asked to as well', async () => {
  const embedded = await startEmbedded({ dataDir: join(dir, 'data') });
  process.kill(embedded.pid, 'SIGKILL');
  expect(await embedded.exited).toEqual({ wasAsked: false, reason: 'PostgreSQL was ended by SIGKILL' });
  await embedded.stop();
  const again = await startEmbedded({ dataDir: join(dir, 'data') });
  await again.stop();
  await again.stop();
  expect(await again.exited).toMatchObject({ wasAsked: true });
});

test('a number in postmaster.pid that now belongs to another program is no obstacle', async () => {
  await during({}, async () => undefined);
  await writeFile(join(dir, 'data/postgres/postmaster.pid'), `${process.pid}\n${join(dir, 'data/postgres')}\n`);
  await during({}, async (_db, embedded) => expect(embedded.place.hadOrphan).toBe(false));
});

test('data of another major version is refused', async () => {
  await during({}, async () => undefined);
  await writeFile(join(dir, 'data/postgres/PG_VERSION'), '14\n');
  await expect(startEmbedded({ dataDir: join(dir, 'data') })).rejects.toMatchObject({
    message: expect.stringContaining('PostgreSQL 14'),
  });
});

test('a folder of binaries that has none is refused by name', async () => {
  const wrong = startEmbedded({ dataDir: join(dir, 'data'), pgBinDir: join(dir, 'nowhere') });
  await expect(wrong).rejects.toMatchObject({
    code: 'STORAGE_UNAVAILABLE',
    message: expect.stringContaining('nowhere'),
  });
});

describe.runIf(isRoot)('as root', () => {
  test('the database runs as another user', async () => {
    await during({}, async (_db, { pid, place }) => {
      expect(['postgres', 'node', 'nobody']).toContain(place.runsAs);
      expect((await stat(`/proc/${pid}`)).uid).not.toBe(0);
    });
  });

  test('a closed data folder sends the cluster elsewhere, and the next start finds it', async () => {
    const dataDir = join(dir, 'home/data');
    await mkdir(dataDir, { recursive: true });
    await chmod(join(dir, 'home'), 0o700);
    const first = await during({ dataDir }, async (db, { place }) => {
      await sql`create table kept (id int)`.execute(db);
      return place;
    });
    expect(first).toMatchObject({ isElsewhere: true, cluster: expect.stringContaining(join(dir, 'elsewhere')) });
    await during({ dataDir }, async (db, { place }) => {
      expect(place.cluster).toBe(first.cluster);
      await sql`select from kept`.execute(db);
    });
    await rm(first.cluster, { recursive: true });
    await expect(startEmbedded({ dataDir })).rejects.toMatchObject({
      message: expect.stringContaining('is not there any more'),
    });
  });

  test.runIf(canMount())('a full disk is refused in plain words', async () => {
    const small = join(dir, 'small');
    await mkdir(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m,mode=755', 'tmpfs', small]);
    try {
      const full = startEmbedded({ dataDir: join(small, 'data') });
      await expect(full).rejects.toMatchObject({
        code: 'STORAGE_UNAVAILABLE',
        message: expect.stringContaining('is full'),
      });
    } finally {
      execFileSync('umount', [small]);
    }
  });

  test('a user without a name is refused in plain words', () => {
    const script = `process.setgid(54321); process.setuid(54321); import(${JSON.stringify(new URL('./embedded/run-as.ts', import.meta.url).href)}).then((m) => m.chooseRunAs(undefined)).catch((e) => console.log(e.code + ' ' + e.message))`;
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect(said).toContain('STORAGE_UNAVAILABLE User number 54321 has no name');
  });
});
