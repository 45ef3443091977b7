import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningHub, startHub } from '../start-hub.ts';
import { type ClientPackage, installClient } from './install-client.ts';

/** With what each prints when a server answers as it should. */
const CLIENTS: readonly (ClientPackage & { readonly connected: RegExp })[] = [
  { name: '@anthropic-ai/claude-code', version: '2.1.330', program: 'claude', connected: /✔ Connected/ },
  { name: '@google/gemini-cli', version: '0.61.0', program: 'gemini', connected: /- Connected/ },
];

let hub: RunningHub;
let home: string;
beforeAll(async () => {
  hub = await startHub();
  home = await mkdtemp(join(tmpdir(), 'hub-cli-'));
});
afterAll(async () => {
  await hub?.[Symbol.asyncDispose]();
  await rm(home, { recursive: true, force: true, maxRetries: 5 });
});

/** Runs a shell line as a person does, in a fresh home and away from the line's own folder. */
async function shell(line: string, path: string, folder: string): Promise<string> {
  const cwd = join(home, folder);
  await mkdir(cwd, { recursive: true });
  const { stdout, stderr } = await promisify(execFile)('sh', ['-c', line], {
    cwd,
    timeout: 60_000,
    env: {
      HOME: home,
      PATH: [dirname(path), dirname(process.execPath), '/usr/bin', '/bin'].join(':'),
      // Gemini shows servers only in folders that it was told to trust.
      GEMINI_CLI_TRUST_WORKSPACE: 'true',
      DISABLE_TELEMETRY: '1',
      DISABLE_AUTOUPDATER: '1',
    },
  });
  return stripVTControlCharacters(stdout + stderr);
}

describe.each(CLIENTS)('$name', (client) => {
  it('takes the printed line, and then lists the home as connected in any folder', { timeout: 300_000 }, async ({
    skip,
  }) => {
    const installed = await installClient(client);
    if ('reason' in installed) return skip(installed.reason);
    const [line] = new RegExp(`${client.program} mcp add .*${hub.url}$`, 'm').exec(hub.stdout()) ?? [];
    expect(line).toBeDefined();
    await shell(line ?? '', installed.path, 'one');
    const listed = await shell(`${client.program} mcp list`, installed.path, 'other');
    const [server] = new RegExp(`home-assistant: ${hub.url}.*`).exec(listed) ?? [listed];
    expect(server).toMatch(client.connected);
  });
});
