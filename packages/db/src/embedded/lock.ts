import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Fault } from '@hub/core/fault.ts';

const SQLITE_BUSY = 5;

/**
 * Keeps a second hub off the data folder until `release`, which may be called twice. Node offers no flock; SQLite's
 * exclusive transaction is one: the kernel holds it for the process and drops it with the process, however that ends.
 * @throws Fault RESOURCE_LOCKED when another hub holds it, STORAGE_UNAVAILABLE when the folder cannot be written
 */
export function lockDataDir(dataDir: string): { release(): void } {
  const path = join(dataDir, 'lock');
  let file: DatabaseSync | undefined;
  try {
    file = new DatabaseSync(path, { timeout: 0 });
    file.exec('begin exclusive');
  } catch (cause) {
    file?.close();
    throw asLockFault(dataDir, cause);
  }
  return {
    release() {
      file?.close();
      file = undefined;
    },
  };
}

function asLockFault(dataDir: string, cause: unknown): unknown {
  if (!(cause instanceof Error && 'errcode' in cause)) return cause;
  if (cause.errcode === SQLITE_BUSY) {
    return new Fault('RESOURCE_LOCKED', `Another hub already runs on the data folder ${dataDir}.`, {
      suggestion: 'Stop that one first, or give this one its own folder with DATA_DIR.',
      cause,
    });
  }
  return new Fault('STORAGE_UNAVAILABLE', `The data folder ${dataDir} cannot be written: ${cause.message}.`, {
    suggestion: 'Start the hub as the user who owns it, or set DATA_DIR to a folder this user may write to.',
    cause,
  });
}
