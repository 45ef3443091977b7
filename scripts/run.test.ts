import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { beforeAll, expect, it, onTestFinished } from 'vitest';

const RUN = join(import.meta.dirname, 'run.mjs');
/** Tells its process id, then whatever happens to it, and stays until told to go. */
const STAYS = `
  import { writeSync } from 'node:fs';
  setInterval(() => {}, 1000);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.once(signal, () => { writeSync(1, signal + '\\n'); process.exit(7); });
  console.log(process.pid);
`;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'run-'));
});

/** Runs a TypeScript source through the launcher. */
async function launch(source: string, ...args: string[]): Promise<ChildProcess & { stdout: NodeJS.ReadableStream }> {
  const script = join(folder, `${crypto.randomUUID()}.ts`);
  await writeFile(script, source);
  const launcher = spawn(process.execPath, [RUN, script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void launcher.kill('SIGKILL'));
  return launcher;
}

async function launchStaying() {
  const launcher = await launch(STAYS);
  const lines = createInterface({ input: launcher.stdout })[Symbol.asyncIterator]();
  const pid = Number((await lines.next()).value);
  /** The script's own account of its end; undefined when it ended without one. Its stdout closes when it is gone. */
  const lastWord = async (): Promise<string | undefined> => (await lines.next()).value;
  return { launcher, pid, lastWord };
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

it('runs TypeScript on Node 24 or newer, first on PATH as well', async () => {
  const source =
    'const v: string = process.version; console.log(JSON.stringify([v, process.execPath, process.env.PATH, process.argv[2]]))';
  const [version, execPath, path, argument] = JSON.parse(await text((await launch(source, '--flag')).stdout));
  expect(Number.parseInt(version.slice(1), 10)).toBeGreaterThanOrEqual(24);
  expect(execPath.startsWith(`${path.split(':')[0]}/`)).toBe(true);
  expect(argument).toBe('--flag');
});

it('ends with the exit code of the script', async () => {
  const [code] = await once(await launch('process.exit(42)'), 'exit');
  expect(code).toBe(42);
});

it('ends by the signal that ended the script', async () => {
  const [, signal] = await once(await launch("process.kill(process.pid, 'SIGKILL')"), 'exit');
  expect(signal).toBe('SIGKILL');
});

it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  'passes %s on and waits for the end of the script',
  async (signal) => {
    const { launcher, pid, lastWord } = await launchStaying();
    const ended = once(launcher, 'exit');
    launcher.kill(signal);
    expect(await lastWord()).toBe(signal);
    expect((await ended)[0]).toBe(7);
    expect(isAlive(pid)).toBe(false);
  },
);

it('killed with -9, leaves no orphan: the script gets a SIGTERM', async () => {
  const { launcher, lastWord } = await launchStaying();
  launcher.kill('SIGKILL');
  expect(await lastWord()).toBe('SIGTERM');
  expect(await lastWord()).toBeUndefined();
});

it('does not keep a finished script alive', async () => {
  const [code] = await once(await launch('console.log(1)'), 'exit');
  expect(code).toBe(0);
});
