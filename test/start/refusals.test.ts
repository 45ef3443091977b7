import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listTools } from '../ask-hub.ts';
import {
  databaseProcesses,
  type HubEnd,
  makeDataDir,
  type RunningHub,
  removeDataDir,
  runHub,
  startHub,
} from '../start-hub.ts';

/** In plain words: one sentence, what to do, no stack, and no URL that would not work. */
function expectRefusal({ code, stdout, stderr }: HubEnd, ...words: readonly string[]): void {
  expect(code, stderr).toBe(1);
  for (const word of ['\nhub: ', '\n  → ', ...words]) expect(stderr).toContain(word);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stdout).not.toContain('private_');
}

describe('a start beside a hub that runs', () => {
  let hub: RunningHub;
  let dataDir: string;
  beforeAll(async () => {
    [hub, dataDir] = await Promise.all([startHub(), makeDataDir()]);
  });
  afterAll(async () => {
    await hub[Symbol.asyncDispose]();
    await removeDataDir(dataDir);
  });

  it('on the same data is refused, and the first one serves on', async () => {
    expectRefusal(await runHub({ dataDir: hub.dataDir }), 'Another hub already runs', hub.dataDir, 'DATA_DIR');
    expect(await listTools(hub.url)).not.toEqual([]);
  });

  it.each(['PORT', 'OPS_PORT'])(
    'on a busy %s names the port and the variable, and leaves no database behind',
    async (name) => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      const port = typeof address === 'object' ? String(address?.port) : '';
      try {
        expectRefusal(await runHub({ dataDir, env: { [name]: port } }), `Port ${port}`, `${name}=`);
        expect(await databaseProcesses(dataDir)).toEqual([]);
      } finally {
        server.close();
      }
    },
  );
});

describe('a start with settings that cannot be', () => {
  it.each<readonly [string, Record<string, string>, readonly string[]]>([
    [
      'an outside database without keys',
      { DATABASE_URL: 'postgres://hub:hunter2@127.0.0.1:1/hub' },
      ['HUB_KEYS', 'keys new'],
    ],
    ['a home without its token', { HOME_ASSISTANT_URL: 'http://127.0.0.1:1' }, ['HOME_ASSISTANT_TOKEN']],
    ['a port that is none', { PORT: 'eighty' }, ['PORT']],
    ['a ceiling that is none', { DEFAULT_CEILING: 'everything' }, ['DEFAULT_CEILING', 'configure']],
    ['an address this machine has not', { HOST: '192.0.2.1' }, ['192.0.2.1', 'HOST']],
  ])('%s is refused', async (_name, env, words) => {
    const dataDir = await makeDataDir();
    try {
      const end = await runHub({ dataDir, env });
      expectRefusal(end, ...words);
      expect(end.stdout + end.stderr).not.toContain('hunter2');
    } finally {
      await removeDataDir(dataDir);
    }
  });
});
