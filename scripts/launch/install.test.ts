import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { installState } from './install.mjs';

const wanted = {
  '': { version: '0.1.0' },
  'node_modules/pg': { version: '8.23.1' },
  'node_modules/vitest': { version: '5.1.1', dev: true },
  'node_modules/fsevents': { version: '2.0.0', optional: true },
};

/** A clone whose lock wants `wanted` and whose node_modules holds `present`. */
async function clone(present?: Record<string, unknown>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'install-'));
  await writeFile(join(root, 'package-lock.json'), JSON.stringify({ packages: wanted }));
  await mkdir(join(root, 'node_modules'));
  if (present) await writeFile(join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: present }));
  return root;
}

const { 'node_modules/pg': pg, 'node_modules/vitest': vitest } = wanted;

it('an interrupted install counts as none', async () => {
  expect(installState(await clone(), { withDev: false })).toEqual({ is: 'none' });
});

it('a start does without development packages, a test does not', async () => {
  const root = await clone({ 'node_modules/pg': pg });
  expect(installState(root, { withDev: false })).toEqual({ is: 'complete' });
  expect(installState(root, { withDev: true })).toEqual({ is: 'behind', hasDev: false });
});

it('another platform’s package may be missing', async () => {
  const root = await clone({ 'node_modules/pg': pg, 'node_modules/vitest': vitest });
  expect(installState(root, { withDev: true })).toEqual({ is: 'complete' });
});

it('another version is behind', async () => {
  const root = await clone({ 'node_modules/pg': { version: '8.0.0' }, 'node_modules/vitest': vitest });
  expect(installState(root, { withDev: false })).toEqual({ is: 'behind', hasDev: true });
});
