import type { Readable } from 'node:stream';

/** Where the hub keeps backups: a folder or a bucket. What it holds is sealed already. */
export interface BackupStore {
  /** For people, without secrets. */
  readonly place: string;
  /** Writes an object as a stream, over an older one of that name; it appears whole or not at all. @throws Fault CONNECTION_FAILED; the source's own error */
  put(name: string, source: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<void>;
  /** As a stream. @throws Fault RESOURCE_NOT_FOUND | CONNECTION_FAILED */
  read(name: string, signal?: AbortSignal): Promise<Readable>;
  /** One that is not there is removed already. @throws Fault CONNECTION_FAILED */
  remove(name: string, signal?: AbortSignal): Promise<void>;
}
