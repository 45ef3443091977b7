import { mkdir, mkdtemp, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { withInstallLock } from './install-lock.mjs';

async function lockedRoot(owner: number): Promise<{ root: string; lock: string }> {
  const root = await mkdtemp(join(tmpdir(), 'install-lock-'));
  await mkdir(join(root, '.cache'));
  const lock = join(root, '.cache', 'install.lock');
  await writeFile(lock, String(owner));
  return { root, lock };
}

/** It gets the lock, although nobody will give it back. */
const takesOver = (root: string) =>
  expect(
    withInstallLock(
      root,
      () => undefined,
      async () => undefined,
    ),
  ).resolves.toBeUndefined();

it('two installs take turns, and the one that waits says so', async () => {
  const root = await mkdtemp(join(tmpdir(), 'install-lock-'));
  const said: string[] = [];
  const order: string[] = [];
  const first = Promise.withResolvers<void>();
  const a = withInstallLock(
    root,
    () => undefined,
    async () => {
      await first.promise;
      order.push('first');
    },
  );
  const b = withInstallLock(
    root,
    (line) => {
      said.push(line);
      first.resolve();
    },
    async () => void order.push('second'),
  );
  await Promise.all([a, b]);
  expect(order).toEqual(['first', 'second']);
  expect(said).toEqual(['another start is installing dependencies; waiting for it …']);
});

it('a lock whose owner is gone is taken over', async () => {
  const { root } = await lockedRoot(2 ** 22 + 1); // above the largest process id
  await takesOver(root);
});

it('a lock without a beat is taken over, even when its process id lives again', async () => {
  const { root, lock } = await lockedRoot(process.pid);
  await utimes(lock, new Date(0), new Date(0));
  await takesOver(root);
});
