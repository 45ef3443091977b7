// @ts-check
// Plain JavaScript: runs on the machine's own Node (20 or newer), before anything is installed.
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const BEAT_MS = 5_000;
const DEAD_AFTER_MS = 60_000;

/** @param {string} path @returns {boolean} false when somebody else has it */
function take(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw new Error(`cannot write ${path}; the folder must be writable to install dependencies`, { cause: error });
  }
}

/** Its owner died without letting go: no such process, or no beat for a minute (process ids come back after a reboot). @param {string} path */
function isLeftOver(path) {
  try {
    if (Date.now() - statSync(path).mtimeMs > DEAD_AFTER_MS) return true;
    const pid = Number(readFileSync(path, 'utf8'));
    if (!pid) return false; // created this instant
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

/** Removes a left-over lock. Only one process may do so at a time, or it could remove the lock of the next owner. @param {string} path */
function clear(path) {
  const broom = `${path}.clearing`;
  if (!take(broom)) {
    if (isLeftOver(broom)) rmSync(broom, { force: true });
    return;
  }
  if (isLeftOver(path)) rmSync(path, { force: true });
  rmSync(broom, { force: true });
}

/**
 * Runs `work` while no other process of this clone does.
 * @param {string} root
 * @param {(line: string) => void} say
 * @param {() => Promise<void>} work
 */
export async function withInstallLock(root, say, work) {
  mkdirSync(join(root, '.cache'), { recursive: true });
  const path = join(root, '.cache', 'install.lock');
  let hasSaid = false;
  while (!take(path)) {
    if (isLeftOver(path)) clear(path);
    else if (!hasSaid) {
      say('another start is installing dependencies; waiting for it …');
      hasSaid = true;
    }
    await wait(250); // a file lock between processes has no event to wait for
  }
  const beat = setInterval(() => utimesSync(path, new Date(), new Date()), BEAT_MS);
  try {
    await work();
  } finally {
    clearInterval(beat);
    rmSync(path, { force: true });
  }
}
