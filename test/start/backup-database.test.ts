import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type SimulatedHome, startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runHere } from '../../services/hub/src/testing/run-cli.ts';
import { callTool } from '../ask-hub.ts';
import { type RunningHub, removeDataDir, startHub, steadyPort } from '../start-hub.ts';

const THIS_FILE = fileURLToPath(import.meta.url);

let home: SimulatedHome;
let hub: RunningHub;
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hub-backup-db-'));
  home = await startSimulatedHome({ name: 'Cabin' });
  hub = await startHub({
    env: { HOME_ASSISTANT_URL: home.url, HOME_ASSISTANT_TOKEN: home.token, HOME_ASSISTANT_NAME: 'Cabin' },
  });
});
afterAll(async () => {
  await hub?.[Symbol.asyncDispose]();
  await removeDataDir(join(dir, 'restored'));
  await home?.close();
  await rm(dir, { recursive: true, force: true });
});

const command = (args: readonly string[]) => runHere(args, { env: { HUB_URL: hub.base, DATA_DIR: hub.dataDir } });

const tenants = async (): Promise<string[]> =>
  JSON.parse((await command(['tenants', 'list', '--json'])).stdout).tenants.map(({ slug }: { slug: string }) => slug);

/** Tenants one after the other until told to stop; resolves with those the hub acknowledged, in their order. */
async function writeUntil(stop: AbortSignal): Promise<readonly string[]> {
  const key = (await readFile(join(hub.dataDir, 'admin-key'), 'utf8')).trim();
  const made: string[] = [];
  while (!stop.aborted) {
    const slug = `t${made.length}`;
    const response = await fetch(`${hub.base}/api/tenants`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: slug, slug, owner: 'Anna' }),
    });
    expect(response.status).toBe(201);
    made.push(slug);
  }
  return made;
}

describe('a backup of the embedded database', () => {
  it('taken under writes, starts a hub elsewhere that has all that was written before it and nothing out of order', async () => {
    const file = join(dir, 'hub.tar.zst');
    const restored = join(dir, 'restored');
    const stop = new AbortController();
    const writing = writeUntil(stop.signal);
    while ((await tenants()).length < 5);
    const before = await tenants();
    expect((await command(['backup-db', file])).stdout).toContain(`Wrote ${file}`);
    stop.abort();
    const written = await writing;
    expect((await stat(file)).mode & 0o777).toBe(0o600);

    const said = await command(['restore-db', file, restored]);
    expect(said.stdout, said.stderr).toContain('The database starts, and the keys fit.');
    await hub[Symbol.asyncDispose]();
    const [PORT, key] = [String(await steadyPort()), (await readFile(join(restored, 'admin-key'), 'utf8')).trim()];
    const starting = startHub({ dataDir: restored, env: { PORT } });
    const env = { HUB_URL: `http://127.0.0.1:${PORT}`, HUB_ADMIN_KEY: key };
    await vi.waitFor(async () => expect((await runHere(['recover', '--confirm'], { env })).code).toBe(0), 30_000);
    hub = await starting;
    const after = (await tenants()).filter((slug) => written.includes(slug));
    expect(after.length).toBeGreaterThanOrEqual(before.filter((slug) => written.includes(slug)).length);
    expect(new Set(after)).toEqual(new Set(written.slice(0, after.length)));
    // The same secret URL, and a token that the restored keys opened.
    const { isError, body } = await callTool(hub.url, 'ha_eval_template', { template: '{{ 42 }}' });
    expect(isError, JSON.stringify(body)).toBe(false);
  });

  it('leaves alone a file and a folder that are there', async () => {
    const file = join(dir, 'mine');
    await writeFile(file, 'mine');
    expect((await command(['backup-db', file])).stderr).toContain('is there already');
    expect(await readFile(file, 'utf8')).toBe('mine');
    expect((await command(['restore-db', file, dir])).stderr).toContain('is not empty: nothing was restored');
  });

  it('that is cut short or no backup at all is refused, and leaves no folder behind that was not there', async () => {
    const cut = join(dir, 'cut.tar.zst');
    await command(['backup-db', cut]);
    await truncate(cut, Math.floor((await stat(cut)).size * 0.9));
    const [target, mounted] = [join(dir, 'half', 'way'), join(dir, 'mounted')];
    await mkdir(mounted);
    expect((await command(['restore-db', cut, target])).stderr).toContain('or damaged, or cut short');
    expect((await command(['restore-db', THIS_FILE, target])).stderr).toContain('or damaged, or cut short');
    expect((await command(['restore-db', join(dir, 'nowhere'), target])).stderr).toContain('it is not there');
    expect(await readdir(dir)).not.toContain('half');
    expect((await command(['restore-db', cut, mounted])).stderr).toContain('or damaged, or cut short');
    expect(await readdir(mounted)).toEqual([]);
  });
});
