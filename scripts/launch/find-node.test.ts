import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { findNode } from './find-node.mjs';

const tempRoot = () => mkdtemp(join(tmpdir(), 'find-node-'));
const pinnedIn = (root: string) =>
  join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');

/** A program that says it is this version of Node. */
async function fakeNode(path: string, version: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\necho ${version}\n`);
  await chmod(path, 0o755);
  return path;
}

it('takes the pinned Node before the running one', async () => {
  const root = await tempRoot();
  const pinned = await fakeNode(pinnedIn(root), 'v24.21.0');
  expect(findNode({ root, execVersion: 'v26.0.0', searchPath: '' })).toBe(pinned);
});

it('passes over a pinned Node that does not start here', async () => {
  const root = await tempRoot();
  await mkdir(dirname(pinnedIn(root)), { recursive: true });
  await writeFile(pinnedIn(root), 'not a program', { mode: 0o755 });
  expect(findNode({ root, execVersion: 'v24.0.0', searchPath: '' })).toBe(process.execPath);
});

it('takes node24 from PATH, then a node that is new enough', async () => {
  const root = await tempRoot();
  const old = dirname(await fakeNode(join(root, 'old', 'node'), 'v22.1.0'));
  const node = await fakeNode(join(root, 'new', 'node'), 'v25.1.0');
  const where = { root, execPath: '/usr/bin/elsewhere', execVersion: 'v20.20.2' };
  expect(findNode({ ...where, searchPath: `${old}:${dirname(node)}` })).toBe(node);
  const node24 = await fakeNode(join(root, 'third', 'node24'), 'v24.1.0');
  expect(findNode({ ...where, searchPath: `${old}:${dirname(node)}:${dirname(node24)}` })).toBe(node24);
});

it('names what it found and what to install when nothing is new enough', async () => {
  const root = await tempRoot();
  const old = await fakeNode(join(root, 'old', 'node'), 'v22.1.0');
  const where = { root, execPath: '/opt/node', execVersion: 'v20.20.2', searchPath: dirname(old) };
  expect(() => findNode(where)).toThrow(
    new RegExp(
      `needs Node 24 or newer[^]*/opt/node is v20.20.2[^]*${old} is v22.1.0[^]*install Node 24 from https://nodejs.org`,
    ),
  );
});
