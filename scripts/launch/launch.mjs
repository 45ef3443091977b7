// @ts-check
// Plain JavaScript: runs on the machine's own Node (20 or newer), before anything is installed.
import { resolve } from 'node:path';
import { findNode } from './find-node.mjs';
import { ensureInstalled } from './install.mjs';
import { runChild } from './run-child.mjs';

/**
 * Installs, finds Node 24, runs the script and ends as it ends; what cannot be done is said on stderr, with exit code 1.
 * @param {{ root: string, script: string, args: string[], withDev: boolean, nodeOptions?: string[] }} what `script`: below `root`
 */
export async function launch({ root, script, args, withDev, nodeOptions = [] }) {
  try {
    await ensureInstalled(root, { withDev, say: (line) => console.error(line) });
    const node = findNode({ root });
    runChild({ root, node, args: [...nodeOptions, resolve(root, script), ...args] });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
