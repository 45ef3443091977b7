import { once } from 'node:events';
import { mkdtemp, stat } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { describe, expect, it } from 'vitest';
import { callTool, listTools } from '../ask-hub.ts';
import { databaseProcesses, makeDataDir, removeDataDir, startHub } from '../start-hub.ts';
import { canMakeUsers, makePlainUser } from './plain-user.ts';

const isRoot = process.getuid?.() === 0;

/** Owners of the processes of the hub's PostgreSQL. */
async function databaseOwners(dataDir: string): Promise<number[]> {
  const pids = await databaseProcesses(dataDir);
  return [...new Set(await Promise.all(pids.map(async (pid) => (await stat(`/proc/${pid}`)).uid)))];
}

/** The status of a GET whose Host header is ours to choose, which fetch does not let us. */
async function ask(url: string, headers: Record<string, string>): Promise<number | undefined> {
  const [response] = await once(get(url, { headers }), 'response');
  response.resume();
  return response.statusCode;
}

async function expectToWork(url: string): Promise<void> {
  expect(await listTools(url)).toContain('ha_get_state');
  const { body, isError } = await callTool(url, 'ha_eval_template', { template: '{{ 42 }}' });
  expect(isError, JSON.stringify(body)).toBe(false);
  expect(JSON.stringify(body)).toContain('42');
}

describe('the first start', () => {
  it('brings up a simulated home, says so, and prints the one secret URL that works', async () => {
    await using hub = await startHub();
    expect(hub.stdout()).toContain('SIMULATED');
    expect(hub.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/private_[\w-]{22,}$/);
    await expectToWork(hub.url);
    expect((await fetch(hub.url.slice(0, -1), { method: 'POST' })).status).toBe(404);
    expect(hub.stderr()).not.toContain('private_');
    for (const name of ['keys', 'admin-key', 'default-connector'])
      expect((await stat(join(hub.dataDir, name))).mode & 0o777, name).toBe(0o600);
    expect(await hub.stop()).toMatchObject({ code: 0 });
    expect(await databaseProcesses(hub.dataDir)).toEqual([]);
  });

  it.runIf(isRoot)('as root runs the database as another user, elsewhere when that user may not enter', async () => {
    const closed = await mkdtemp(join(tmpdir(), 'hub-closed-'));
    try {
      await using hub = await startHub({ dataDir: closed });
      expect(await databaseOwners(closed)).not.toContain(0);
      expect(hub.stdout()).toMatch(/^Database: \/\S+ \(its user '\w+' may not enter the data folder\)$/m);
      await expectToWork(hub.url);
    } finally {
      await removeDataDir(closed);
    }
  });

  it.runIf(canMakeUsers)('as a plain user keeps everything in the data folder, under that user alone', async () => {
    await using user = await makePlainUser();
    const dataDir = join(user.home, 'data');
    await using hub = await startHub({ dataDir, user });
    expect(await databaseOwners(dataDir)).toEqual([user.uid]);
    expect((await stat(join(dataDir, 'postgres'))).uid).toBe(user.uid);
    expect(hub.stdout()).not.toMatch(/^Database:/m);
    await expectToWork(hub.url);
    expect(await hub.stop()).toMatchObject({ code: 0 });
    expect(await databaseProcesses(dataDir)).toEqual([]);
  });
});

describe('a later start', () => {
  it('prints the same URL, which still works, and forgets nothing', async () => {
    const dataDir = await makeDataDir();
    try {
      const first = await startHub({ dataDir });
      const env = { PORT: String(first.port) };
      await first.stop();
      await using second = await startHub({ dataDir, env });
      expect(second.url).toBe(first.url);
      await expectToWork(second.url);
      await second.stop();
      await using exposed = await startHub({ dataDir, env: { ...env, HOST: '0.0.0.0' } });
      expect(exposed.stdout()).toMatch(/^Warning: HOST=0\.0\.0\.0 .*PUBLIC_URL/m);
      expect(exposed.url).toBe(first.url);
    } finally {
      await removeDataDir(dataDir);
    }
  });

  it('with a home of its own says that the simulated one made way for it, once', async () => {
    const dataDir = await makeDataDir();
    const home = await startSimulatedHome();
    const env = { HOME_ASSISTANT_URL: home.url, HOME_ASSISTANT_TOKEN: home.token };
    try {
      await (await startHub({ dataDir })).stop();
      const second = await startHub({ dataDir, env });
      expect(second.stdout()).toContain('The simulated home made way for it.');
      await second.stop();
      await using third = await startHub({ dataDir, env });
      expect(third.stdout()).not.toContain('simulated');
      const rebound = await ask(`${third.opsBase}/metrics`, { host: 'evil.example' });
      expect(rebound).toBe(403);
    } finally {
      await home.close();
      await removeDataDir(dataDir);
    }
  });

  it('does not warn of HOST when PUBLIC_URL is set, and prints links under it', async () => {
    await using hub = await startHub({ env: { HOST: '0.0.0.0', PUBLIC_URL: 'https://hub.example/deep/' } });
    expect(hub.stdout()).not.toContain('Warning');
    expect(hub.url).toMatch(/^https:\/\/hub\.example\/deep\/private_/);
  });

  it('after kill -9 stops the database that was left behind and takes up where it was', async () => {
    const dataDir = await makeDataDir();
    try {
      const first = await startHub({ dataDir });
      await first.kill();
      const orphans = await databaseProcesses(dataDir);
      expect(orphans).not.toEqual([]);
      await using second = await startHub({ dataDir, env: { PORT: String(first.port) } });
      const living = await databaseProcesses(dataDir);
      expect(living.filter((pid) => orphans.includes(pid))).toEqual([]);
      expect(second.url).toBe(first.url);
      await expectToWork(second.url);
      await second.stop();
      expect(await databaseProcesses(dataDir)).toEqual([]);
    } finally {
      await removeDataDir(dataDir);
    }
  });
});
