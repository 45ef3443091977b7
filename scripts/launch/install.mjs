// @ts-check
// Plain JavaScript: runs on the machine's own Node (20 or newer), before anything is installed.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { withInstallLock } from './install-lock.mjs';

/** @typedef {{ version?: string, link?: boolean, dev?: boolean, devOptional?: boolean, optional?: boolean }} Locked */

/** @param {string} path @returns {Record<string, Locked> | undefined} */
function packagesOf(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * How far `node_modules` is from the lock. npm writes its own list there last of all, so a list means a finished install.
 * @param {string} root
 * @param {{ withDev: boolean }} options
 * @returns {{ is: 'complete' | 'none' } | { is: 'behind', hasDev: boolean }}
 */
export function installState(root, { withDev }) {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const present = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  if (!wanted)
    throw new Error(`${join(root, 'package-lock.json')} is missing or damaged; take it from the repository again`);
  if (!present) return { is: 'none' };

  const isBehind = Object.entries(wanted).some(([path, lock]) => {
    if (!path.startsWith('node_modules/')) return false;
    const found = present[path];
    if (found) return found.version !== lock.version || found.link !== lock.link;
    if (lock.optional) return false; // made for another platform, or its build is allowed to fail
    return withDev || !(lock.dev || lock.devOptional);
  });
  return isBehind ? { is: 'behind', hasDev: Object.values(present).some((lock) => lock.dev) } : { is: 'complete' };
}

/**
 * Installs what the lock asks for and `node_modules` lacks. Two at the same time take turns.
 * @param {string} root
 * @param {{ withDev: boolean, say: (line: string) => void }} options `withDev`: what tests and checks need, too
 * @throws {Error} with npm's own words when it fails
 */
export async function ensureInstalled(root, { withDev, say }) {
  if (installState(root, { withDev }).is === 'complete') return;
  await withInstallLock(root, say, async () => {
    const state = installState(root, { withDev }); // another start may have finished it meanwhile
    if (state.is === 'complete') return;
    const omitDev = !withDev && !(state.is === 'behind' && state.hasDev);
    // `npm ci` empties node_modules first: never under a hub that may be running from it
    const args = [
      ...(state.is === 'none' ? ['ci'] : ['install', '--no-save']),
      ...(omitDev ? ['--omit=dev'] : ['--include=dev']),
    ];
    say(`installing dependencies (npm ${args.join(' ')}), about a minute the first time …`);
    const startedAt = Date.now();
    await npm(root, args);
    say(`dependencies installed in ${Math.round((Date.now() - startedAt) / 1000)} s`);
  });
}

/**
 * Runs npm on the Node it came with: the one under `node_modules` disappears while npm works.
 * @param {string} root
 * @param {string[]} args
 */
async function npm(root, args) {
  const { npm_execpath: cli, npm_node_execpath: node, PATH = '' } = process.env;
  const viaNpm = cli?.endsWith('.js') && node && existsSync(node) ? { command: node, first: [cli] } : undefined;
  const inside = join(root, 'node_modules');
  const env = {
    ...process.env,
    PATH: PATH.split(delimiter)
      .filter((folder) => !folder.startsWith(inside))
      .join(delimiter),
  };
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  const { command, first } = viaNpm ?? { command: 'npm', first: [] };
  const child = spawn(command, [...first, ...args, ...quiet], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const stop = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
  for (const signal of signals) process.on(signal, stop);
  try {
    await new Promise((resolve, reject) => {
      child.once('error', (cause) =>
        reject(new Error('npm was not found; install Node with npm from https://nodejs.org', { cause })),
      );
      child.once('close', (code, signal) =>
        code === 0
          ? resolve(undefined)
          : reject(
              new Error(
                `npm ${args.join(' ')} failed (${signal ?? `exit code ${code}`}) in ${root}:\n${output.trim()}`,
              ),
            ),
      );
    });
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}
