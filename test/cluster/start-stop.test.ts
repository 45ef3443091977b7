import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findRedis } from '@hub/runtime/testing/redis-server.ts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ROOT } from '../docs/pages.ts';
import { databaseProcesses, makeDataDir, removeDataDir, steadyPort } from '../start-hub.ts';

describe.skipIf(findRedis() === undefined && process.env['REQUIRE_REAL'] !== '1')('npm run cluster', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await makeDataDir();
  });
  afterAll(async () => {
    await removeDataDir(dir);
  });

  /** In a process group of its own, as a terminal has it: Ctrl-C reaches all of it. */
  async function start() {
    const args = ['--dir', dir, '--port', String(await steadyPort()), '--hubs', '1', '--workers', '1'];
    const child = spawn(process.execPath, [join(ROOT, 'test/cluster/main.ts'), ...args], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      // What a killed Redis leaves behind goes with the folder.
      env: { ...process.env, TMPDIR: dir },
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        said += chunk;
      });
    const ended = once(child, 'exit').then(([code]) => code as number | null);
    const pid = child.pid ?? 0;
    return {
      ended,
      said: () => said,
      ready: () => vi.waitFor(() => expect(said).toContain('The cluster is ready'), { timeout: 60_000, interval: 50 }),
      ctrlC: () => process.kill(-pid, 'SIGINT'),
      kill: () => process.kill(-pid, 'SIGKILL'),
    };
  }

  it('leaves nothing when Ctrl-C comes amid its start, and starts after a run that was killed', async () => {
    const early = await start();
    const log = () => readFile(join(dir, 'hub-1.log'), 'utf8').catch(() => '');
    await vi.waitFor(async () => expect(await log()).not.toBe(''), { timeout: 60_000, interval: 20 });
    early.ctrlC();
    expect([await early.ended, early.said()]).toEqual([0, '']);
    expect(await databaseProcesses(dir)).toEqual([]);

    const killed = await start();
    await killed.ready();
    killed.kill();
    await killed.ended;
    const next = await start();
    await next.ready();
    next.ctrlC();
    expect(await next.ended).toBe(0);
    expect(await databaseProcesses(dir)).toEqual([]);
  }, 180_000);
});
