import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Fault } from '@hub/core/fault.ts';

const SQLITE_BUSY = 5;

/**
 * Keeps a second hub off the data folder until `release`. Node offers no flock; SQLite's exclusive transaction is one:
 * the kernel holds it for the process and drops it with the process, however that ends.
 * @throws Fault RESOURCE_LOCKED when another hub holds it
 */
export function lockDataDir(dataDir: string): { release(): void } {
  const file = new DatabaseSync(join(dataDir, 'lock'), { timeout: 0 });
  try {
    file.exec('begin exclusive');
  } catch (cause) {
    file.close();
    if (!(cause instanceof Error && 'errcode' in cause && cause.errcode === SQLITE_BUSY)) throw cause;
    throw new Fault('RESOURCE_LOCKED', `Another hub already runs on the data folder ${dataDir}.`, {
      suggestion: 'Stop that one first, or give this one its own folder with DATA_DIR.',
      cause,
    });
  }
  return { release: () => file.close() };
}
