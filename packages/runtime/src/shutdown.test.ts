import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { createLogger } from './log.ts';
import { createShutdown, PHASES } from './shutdown.ts';

const lines: string[] = [];
const log = createLogger({ name: 'test', level: 'info', to: { write: (line) => lines.push(line) } });

test('steps run by phase, and last added first within a phase', async () => {
  const shutdown = createShutdown(log);
  const ran: string[] = [];
  for (const phase of PHASES.toReversed()) {
    shutdown.onStop(phase, 'opened first', async () => void ran.push(`${phase} 2`), 1_000);
    shutdown.onStop(phase, 'opened last', () => void ran.push(`${phase} 1`), 1_000);
  }
  expect(await shutdown.stop('test')).toBe(true);
  expect(ran).toEqual(PHASES.flatMap((phase) => [`${phase} 1`, `${phase} 2`]));
});

test('a step that fails or hangs is named and does not keep the next from running', async () => {
  const shutdown = createShutdown(log);
  const ran: string[] = [];
  shutdown.onStop('accept', 'breaks', () => Promise.reject(new Error('no')), 1_000);
  shutdown.onStop('streams', 'hangs', () => new Promise(() => undefined), 5);
  shutdown.onStop('database', 'closes', () => void ran.push('database'), 1_000);
  expect(await shutdown.stop('test')).toBe(false);
  expect(ran).toEqual(['database']);
  expect(lines.join('')).toMatch(/"step":"breaks".*"step":"hangs"/s);
});

test('stopping twice runs the steps once, and the signal is aborted before the first', async () => {
  const shutdown = createShutdown(log);
  const seen: boolean[] = [];
  shutdown.onStop('accept', 'once', () => void seen.push(shutdown.signal.aborted), 1_000);
  await Promise.all([shutdown.stop('a'), shutdown.stop('b')]);
  expect(seen).toEqual([true]);
});

let child: ChildProcess | undefined;
afterEach(() => child?.kill('SIGKILL'));

/** A real process with one step that takes as long as we want it to. */
async function start(drainMs = 0): Promise<{ process: ChildProcess; output: () => string }> {
  const program = `
    import { createLogger } from ${JSON.stringify(fileURLToPath(import.meta.resolve('./log.ts')))};
    import { createShutdown } from ${JSON.stringify(fileURLToPath(import.meta.resolve('./shutdown.ts')))};
    const shutdown = createShutdown(createLogger({ name: 'child', level: 'info', to: 'stdout' }), ${drainMs});
    let go; const told = new Promise((resolve) => { go = resolve; });
    process.on('message', (message) => {
      if (message !== 'go') return console.log('leaving ' + shutdown.isLeaving + ', stopping ' + shutdown.signal.aborted);
      go();
      void shutdown.stop('told to');
    });
    shutdown.onStop('inflight', 'waits', () => told, 60_000);
    shutdown.listen();
    setInterval(() => undefined, 60_000);
    console.log('ready');`;
  const process_ = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  child = process_;
  let output = '';
  process_.stdout?.setEncoding('utf8').on('data', (part: string) => {
    output += part;
  });
  while (!output.includes('ready')) await once(process_.stdout ?? process_, 'data');
  return { process: process_, output: () => output };
}

async function untilStopping(running: { process: ChildProcess; output: () => string }): Promise<void> {
  while (!running.output().includes('"stopping"')) await once(running.process.stdout ?? running.process, 'data');
}

test('a Ctrl-C that arrives twice at once waits for the work in hand and exits 0', async () => {
  const running = await start();
  running.process.kill('SIGINT');
  running.process.kill('SIGTERM');
  await untilStopping(running);
  running.process.send('go');
  expect(await once(running.process, 'exit')).toEqual([0, null]);
});

test('a second signal later than one second forces the exit', async () => {
  const running = await start();
  running.process.kill('SIGTERM');
  await untilStopping(running);
  const again = setInterval(() => running.process.kill('SIGTERM'), 200);
  const [code] = await once(running.process, 'exit');
  clearInterval(again);
  expect(code).toBe(1);
});

test('losing the launcher stops the process', async () => {
  const running = await start();
  running.process.disconnect();
  await untilStopping(running);
});

test('a process with time to drain serves on, no longer ready, until that time is over', async () => {
  const running = await start(3_600_000);
  running.process.kill('SIGTERM');
  while (!running.output().includes('"leaving')) await once(running.process.stdout ?? running.process, 'data');
  running.process.send('how is it?');
  while (!running.output().includes('leaving true, stopping false'))
    await once(running.process.stdout ?? running.process, 'data');
  running.process.send('go');
  expect(await once(running.process, 'exit')).toEqual([0, null]);
});
