import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { expect, it } from 'vitest';
import { startHub } from '../start-hub.ts';

const CLI = fileURLToPath(new URL('../../services/hub/src/cli/main.ts', import.meta.url));

/** The command as people run it, beside the hub on the same data folder. */
async function hub(args: readonly string[], env: Readonly<Record<string, string>>, stdin = '') {
  const child = spawn(process.execPath, [CLI, ...args], { env: { PATH: process.env['PATH'] ?? '', ...env } });
  child.stdin.end(stdin);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}

/** Lists tools as a client that knows nothing of the hub; undefined when it is not let in. */
async function toolsAt(url: string): Promise<number | undefined> {
  const client = new Client({ name: 'test', version: '1' });
  try {
    await client.connect(new StreamableHTTPClientTransport(new URL(url)) as Parameters<Client['connect']>[0]);
    return (await client.listTools()).tools.length;
  } catch {
    return undefined;
  } finally {
    await client.close();
  }
}

const urlIn = (stdout: string) => /MCP Server URL: (\S+)/.exec(stdout)?.[1] ?? '';

it('finds the running hub and its key, and makes URLs that clients can use until they end', async () => {
  await using running = await startHub();
  const home = await startSimulatedHome({ name: 'Cabin' });
  const env = { HUB_URL: running.base, DATA_DIR: running.dataDir };
  try {
    const added = await hub(['homes', 'add', home.url, '--token', '-', '--name', 'Cabin', '--json'], env, home.token);
    expect([added.code, added.stderr]).toEqual([0, '']);
    const { slug } = JSON.parse(added.stdout).home;
    const url = urlIn((await hub(['connectors', 'create', 'anna', '--home', slug], env)).stdout);
    expect(await toolsAt(url)).toBeGreaterThan(5);
    const rotated = urlIn((await hub(['connectors', 'rotate', 'anna', '--keep-old', '1h'], env)).stdout);
    expect([await toolsAt(url), await toolsAt(rotated)]).toEqual([expect.any(Number), expect.any(Number)]);
    await hub(['connectors', 'revoke', 'anna'], env);
    expect([await toolsAt(url), await toolsAt(rotated)]).toEqual([undefined, undefined]);
  } finally {
    await home.close();
  }
});

it('gives the printed connector a new URL, which the next start prints', async () => {
  await using first = await startHub();
  const env = { HUB_URL: first.base, DATA_DIR: first.dataDir };
  const rotated = urlIn((await hub(['connectors', 'rotate', 'default'], env)).stdout);
  expect(rotated).not.toBe(first.url);
  await first.stop();
  await using second = await startHub({ dataDir: first.dataDir });
  expect(new URL(second.url).pathname).toBe(new URL(rotated).pathname);
});
