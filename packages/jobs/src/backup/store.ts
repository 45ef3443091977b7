import { Readable } from 'node:stream';
import { Fault } from '@hub/core/fault.ts';
import { downloadBackup, readBackup, readBackupConfig } from '@hub/ha/backups.ts';
import { z } from 'zod';
import type { JobContext, Step } from '../define.ts';
import type { BackupShelf, StoredCopy } from '../shelf.ts';

export interface StoredResult {
  /** In the hub's store. */
  readonly id: string;
  readonly place: string;
  /** Of the home's own file, as it was sealed and read back. */
  readonly size_bytes: number;
  readonly sha256: string;
  /** Why what the home's rules keep no longer is still there; missing when it went. */
  readonly not_removed?: string;
}

const markerShape = z.object({ backupId: z.string() });

/** A home's backup in the hub's own store, read back, and what the home's rules keep no longer out of it. Undefined without a store. @throws Fault when it is not stored */
export async function storeBackup(backupId: string, context: JobContext): Promise<StoredResult | undefined> {
  const { shelf, signal } = context;
  if (!shelf) return undefined;
  const stored = await context.step('store', storeStep(backupId, shelf, context));
  const kept = await whyKept(shelf, signal);
  return { ...stored, ...(kept !== undefined && { not_removed: kept }) };
}

/** A bucket may let nothing be removed: that takes nothing from the backup that was stored and read back just now. */
async function whyKept(shelf: BackupShelf, signal: AbortSignal): Promise<string | undefined> {
  try {
    await shelf.tidy(signal);
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Fault) return error.message;
    throw error;
  }
}

/** It counts as done only when the shelf calls it stored: whatever a crash left on the way there is written over. */
function storeStep(backupId: string, shelf: BackupShelf, context: JobContext): Step<StoredResult> {
  const { jobId, home, signal } = context;
  return {
    marker: () => ({ backupId }),
    async act(stored) {
      const { backupId: haBackupId } = markerShape.parse(stored);
      const [backup, config] = await Promise.all([
        readBackup(home, haBackupId, { signal }),
        readBackupConfig(home, { signal }),
      ]);
      const places = Object.entries(backup?.agents ?? {});
      const [agentId, held] = places.find(([id]) => /^(hassio|backup)\.local$/.test(id)) ?? places[0] ?? [];
      if (!backup || agentId === undefined || held === undefined) throw gone(haBackupId);
      await context.progress(0, 100, `storing the backup at ${shelf.place}`);
      const file = await downloadBackup(home, { backupId: haBackupId, agentId }, { signal });
      const copy = {
        ...{ id: jobId, haBackupId, name: backup.name, haVersion: backup.homeassistant_version ?? undefined },
        ...{ madeAt: new Date(backup.date), isWithDatabase: backup.database_included === true },
        ...{ isProtected: held.protected, haKey: held.protected ? config.password : undefined },
      };
      return resultOf(await shelf.keep(copy, Readable.from(told(file, held.size, context)), signal), shelf);
    },
    async observe() {
      const found = (await shelf.list()).find(({ id }) => id === jobId);
      return found ? { is: 'done', result: resultOf(found, shelf) } : { is: 'not_done' };
    },
  };
}

const TELL_EACH_MS = 1_000;

async function* told(file: AsyncIterable<Uint8Array>, total: number, { progress }: JobContext) {
  let bytes = 0;
  let toldAt = performance.now();
  for await (const chunk of file) {
    bytes += chunk.length;
    yield chunk;
    if (performance.now() - toldAt < TELL_EACH_MS) continue;
    toldAt = performance.now();
    await progress(Math.min(100, Math.floor((100 * bytes) / total)), 100, 'storing the backup');
  }
}

function resultOf({ id, sizeBytes, sha256 }: StoredCopy, { place }: BackupShelf): StoredResult {
  return { id, place, size_bytes: sizeBytes, sha256 };
}

function gone(backupId: string): Fault {
  return new Fault('RESOURCE_NOT_FOUND', `The backup '${backupId}' is no longer at the home.`, {
    suggestion: 'Something there removed it before it was stored: make it again.',
  });
}
