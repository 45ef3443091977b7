// @ts-check
// Plain JavaScript: runs on the machine's own Node (20 or newer), before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NEEDED_MAJOR = 24;

/** @param {string | undefined} version `v24.21.0` or `24.21.0` */
const isNewEnough = (version) => Number.parseInt((version ?? '').replace(/^v/, ''), 10) >= NEEDED_MAJOR;

/**
 * What a node binary says of itself; undefined when it does not start (other libc, other processor).
 * @param {string} path
 */
function versionOf(path) {
  const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 10_000 });
  return status === 0 ? stdout.trim() : undefined;
}

/** @param {string} path @param {string} other */
const isSameFile = (path, other) => existsSync(path) && existsSync(other) && realpathSync(path) === realpathSync(other);

/** @param {string} searchPath @returns {string[]} every `node24` and then every `node` on PATH */
function candidatesOn(searchPath) {
  const folders = searchPath.split(delimiter).filter(Boolean);
  return [`node${NEEDED_MAJOR}`, 'node']
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .filter((path) => existsSync(path));
}

/**
 * The Node that runs the TypeScript sources: the pinned one of `node_modules`, else the running one, else one on PATH.
 * @param {{ root: string, execPath?: string, execVersion?: string, searchPath?: string }} where
 * @returns {string} the binary's path
 * @throws {Error} with a message for people, when none is 24 or newer
 */
export function findNode({
  root,
  execPath = process.execPath,
  execVersion = process.version,
  searchPath = process.env['PATH'] ?? '',
}) {
  const pinned = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  if (isSameFile(pinned, execPath)) return execPath; // npm scripts already run on it; asking costs 40 ms
  if (existsSync(pinned) && isNewEnough(versionOf(pinned))) return pinned;
  if (isNewEnough(execVersion)) return execPath;

  const tooOld = [`${execPath} is ${execVersion}`];
  for (const path of candidatesOn(searchPath)) {
    if (isSameFile(path, execPath)) continue;
    const version = versionOf(path);
    if (isNewEnough(version)) return path;
    tooOld.push(`${path} ${version ? `is ${version}` : 'does not start here'}`);
  }
  throw new Error(
    `the hub needs Node ${NEEDED_MAJOR} or newer to run, and none was found:\n${tooOld.map((line) => `  ${line}\n`).join('')}` +
      `On Linux with glibc (x64, arm64) it comes along with \`npm ci\`; elsewhere install Node ${NEEDED_MAJOR} from https://nodejs.org and put it on PATH.`,
  );
}
