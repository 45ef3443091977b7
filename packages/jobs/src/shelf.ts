import type { Readable } from 'node:stream';
import type { BackupFacts } from '@hub/core/backup-facts.ts';

/** The hub's own store of backups, as a job sees it: that of its home. */
export interface BackupShelf {
  /** Folder or bucket, for people. */
  readonly place: string;
  /**
   * Seals a home's file, uploads it and reads all of it back; it is called stored only when what came back is what was sent.
   * Again for the same id it begins anew. @throws Fault CONNECTION_FAILED | STORAGE_UNAVAILABLE | SERVICE_CALL_FAILED (read back wrong)
   */
  keep(copy: NewCopy, file: Readable, signal: AbortSignal): Promise<StoredCopy>;
  /** Good ones, newest first. */
  list(): Promise<readonly StoredCopy[]>;
  /** One by its id, good or found wrong since; undefined when it never was stored, or was removed. */
  find(id: string): Promise<StoredCopy | undefined>;
  /** The home's file as it was. What does not open or is not what was stored ends the stream with a Fault, and is noted. @throws Fault RESOURCE_NOT_FOUND | CONNECTION_FAILED */
  open(copy: StoredCopy, signal: AbortSignal): Promise<Readable>;
  /** Home Assistant's own key, as it was when this was made. A secret. */
  haKey(copy: StoredCopy): Promise<string | undefined>;
  /** Removes what the home's rules keep no longer, never the newest good one. Gives their ids. */
  tidy(signal: AbortSignal): Promise<readonly string[]>;
}

export interface NewCopy extends BackupFacts {
  readonly isWithDatabase: boolean;
  /** Home Assistant's own key, where it encrypted with one. A secret. */
  readonly haKey: string | undefined;
}

export interface StoredCopy extends BackupFacts {
  /** Of the home's own file. */
  readonly sizeBytes: number;
  readonly sha256: string;
}
