import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createZstdCompress, constants as zlib } from 'node:zlib';
import { type Pack, pack } from 'tar-stream';
import { z } from 'zod';
import type { BaseBackup } from './embedded/base-backup.ts';
import { pour } from './pour.ts';

/**
 * A backup of the embedded database as one file: a tar packed by zstd, of `backup.json`, the secret files of the data folder,
 * and the cluster's own tar. People can open it with `tar --zstd`.
 */
export const databaseFacts = z.object({
  format: z.literal('ha-mcp-hub database'),
  version: z.literal(1),
  /** Of the hub that wrote it. */
  hubVersion: z.string(),
  installationId: z.string(),
  /** The highest migration in it. */
  newestMigration: z.number().int(),
  createdAt: z.iso.datetime(),
});

export type DatabaseFacts = z.output<typeof databaseFacts>;

export const FACTS_ENTRY = 'backup.json';
export const CLUSTER_ENTRY = 'database.tar';

/** The file's bytes; when they cannot be read to their end, the stream ends with an error. */
export function packDatabase(
  facts: DatabaseFacts,
  secrets: ReadonlyMap<string, string>,
  copy: Pick<BaseBackup, 'path' | 'sizeBytes'>,
): Readable {
  const tar = pack();
  const packed = createZstdCompress({ params: { [zlib.ZSTD_c_checksumFlag]: 1 } });
  void pour(tar, packed);
  void writeEntries(tar, facts, secrets, copy).catch((error: unknown) =>
    tar.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return packed;
}

async function writeEntries(
  tar: Pack,
  facts: DatabaseFacts,
  secrets: ReadonlyMap<string, string>,
  { path, sizeBytes }: Pick<BaseBackup, 'path' | 'sizeBytes'>,
): Promise<void> {
  const texts = [[FACTS_ENTRY, `${JSON.stringify(facts, undefined, 2)}\n`] as const, ...secrets];
  for (const [name, content] of texts) tar.entry({ name, mode: 0o600 }, content);
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  await pour(file, tar.entry({ name: CLUSTER_ENTRY, size: sizeBytes, mode: 0o600 }));
  tar.finalize();
}
