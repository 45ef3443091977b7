import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { BackupStore } from './store.ts';
import { objectMissing, storeAway } from './store-faults.ts';

/** Backups as files below a folder, readable by the hub's own user alone. */
export function createFolderStore(folder: string): BackupStore {
  return {
    place: folder,
    async put(name, source, signal) {
      const path = join(folder, name);
      // A name of its own: a process that was taken for dead may still be writing what another one began anew.
      const part = `${path}.${randomUUID()}.part`;
      await attempt(folder, async () => {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await removeParts(path);
        await using file = await open(part, 'wx', 0o600);
        for await (const bytes of source) {
          signal?.throwIfAborted();
          await file.writeFile(bytes);
        }
        await file.sync();
      }).catch(async (error: unknown) => {
        await rm(part, { force: true });
        throw error;
      });
      await attempt(folder, async () => {
        await rename(part, path);
        await using inside = await open(dirname(path), 'r');
        await inside.sync();
      });
    },
    async read(name, signal) {
      try {
        const file = await open(join(folder, name), 'r');
        return createReadStream('', { fd: file, ...(signal && { signal }) });
      } catch (error) {
        throw codeOf(error) === 'ENOENT' ? objectMissing(name, folder, error) : storeAway(folder, textOf(error), error);
      }
    },
    async remove(name) {
      await attempt(folder, async () => {
        await rm(join(folder, name), { force: true });
        await removeParts(join(folder, name));
      });
    },
  };
}

/** What earlier writers of this object left; one that still writes can no longer put it in place. */
async function removeParts(path: string): Promise<void> {
  const there = await readdir(dirname(path)).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  const parts = there.filter((name) => name.startsWith(`${basename(path)}.`) && name.endsWith('.part'));
  await Promise.all(parts.map((name) => rm(join(dirname(path), name), { force: true })));
}

const OF_FILES = /^(ENOSPC|EACCES|EPERM|EROFS|ENOENT|ENOTDIR|EIO|EDQUOT|EISDIR)$/;

/** Errors of the file system become faults; those of the source pass as they are. */
async function attempt(folder: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw OF_FILES.test(codeOf(error) ?? '') ? storeAway(folder, textOf(error), error) : error;
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
