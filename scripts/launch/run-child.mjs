// @ts-check
// Plain JavaScript: runs on the machine's own Node (20 or newer).
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** @type {NodeJS.Signals[]} */
const FORWARDED = ['SIGTERM', 'SIGINT', 'SIGHUP'];
const leaveWithLauncher = pathToFileURL(fileURLToPath(new URL('./leave-with-launcher.mjs', import.meta.url))).href;

/**
 * Runs a script under `node` and ends as it ends. The two never outlive each other: signals are forwarded, and the child
 * learns through its IPC channel when this process is gone (see leave-with-launcher.mjs).
 *
 * Ctrl-C reaches the child from the terminal and once more from here (npm adds a third): the child must take a repeated
 * signal for the same one.
 * @param {{ root: string, node: string, args: string[] }} what `args`: Node's options, the script, its arguments
 */
export function runChild({ root, node, args }) {
  const child = spawn(node, ['--import', leaveWithLauncher, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: {
      ...process.env,
      PATH: [dirname(node), join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter),
      HUB_LAUNCHER_PID: String(process.pid),
    },
  });
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => child.kill(signal);
  for (const signal of FORWARDED) process.on(signal, forward);

  child.once('error', (error) => {
    console.error(`cannot start ${node}: ${error.message}`);
    process.exitCode = 1;
  });
  child.once('exit', (code, signal) => {
    for (const name of FORWARDED) process.off(name, forward);
    if (!signal) process.exit(code ?? 1);
    process.kill(process.pid, signal); // whoever waits for us sees the same end
    process.exitCode = 128 + constants.signals[signal]; // for signals that do not end a Node process
  });
}
