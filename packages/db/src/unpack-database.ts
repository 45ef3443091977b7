import { createReadStream } from 'node:fs';
import { chown, mkdir, open, readdir } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { text } from 'node:stream/consumers';
import { createZstdDecompress } from 'node:zlib';
import { Fault } from '@hub/core/fault.ts';
import { extract, type Header } from 'tar-stream';
import { CLUSTER_ENTRY, type DatabaseFacts, databaseFacts, FACTS_ENTRY } from './database-file.ts';
import { asFolderFault } from './embedded/disk-fault.ts';
import { FALLBACK_DIR, placeNewCluster, writeMemory } from './embedded/place.ts';
import { chooseRunAs, type RunAs } from './embedded/run-as.ts';
import { asBytes, pour } from './pour.ts';

type Entry = AsyncIterable<unknown> & { readonly header: Header };

export interface UnpackOptions {
  /** Made when missing; must hold nothing. */
  readonly dataDir: string;
  /** Names of the secret files that are taken out; anything else in the file is refused. */
  readonly secretNames: ReadonlySet<string>;
  readonly fallbackDir?: string;
}

/**
 * Lays the data folder out as the backup has it, ready to be started on. What was half done stays for the caller to remove.
 * @throws Fault VALIDATION_FAILED (no such backup, damaged, cut short) | RESOURCE_ALREADY_EXISTS (the folder holds something) | STORAGE_UNAVAILABLE
 */
export async function unpackDatabase(file: string, options: UnpackOptions): Promise<DatabaseFacts> {
  const { dataDir } = options;
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o711 });
    if ((await readdir(dataDir)).length > 0) {
      throw new Fault('RESOURCE_ALREADY_EXISTS', `The folder ${dataDir} is not empty: nothing was restored.`, {
        suggestion: 'Name a new folder; what is in this one stays as it is.',
      });
    }
    return await unpackInto(file, options);
  } catch (error) {
    throw asFolderFault(dataDir, error);
  }
}

async function unpackInto(file: string, { dataDir, secretNames, fallbackDir }: UnpackOptions): Promise<DatabaseFacts> {
  const outer = extract();
  const unpacked = createZstdDecompress();
  void pour(createReadStream(file), unpacked);
  void pour(unpacked, outer);
  let facts: DatabaseFacts | undefined;
  let isWhole = false;
  try {
    for await (const entry of outer) {
      const { name } = entry.header;
      if (name === FACTS_ENTRY) facts = databaseFacts.parse(JSON.parse(await text(entry)));
      else if (!facts) throw new NotABackup(`begins with ${name}`);
      else if (secretNames.has(name)) await writeFile(join(dataDir, name), entry, undefined);
      else if (name === CLUSTER_ENTRY) {
        await unpackCluster(entry, dataDir, fallbackDir ?? FALLBACK_DIR);
        isWhole = true;
      } else throw new NotABackup(`holds ${name}`);
    }
    if (!facts || !isWhole) throw new NotABackup('holds no database');
    return facts;
  } catch (error) {
    throw asBackupFault(file, error);
  }
}

async function unpackCluster(tar: Entry, dataDir: string, fallbackDir: string): Promise<void> {
  const runAs = await chooseRunAs(undefined);
  const cluster = await placeNewCluster(dataDir, runAs, fallbackDir);
  await writeMemory(dataDir, { cluster });
  await makeFolder(cluster, runAs);
  const inner = extract();
  void pour(tar, inner);
  for await (const entry of inner) {
    const path = resolve(cluster, entry.header.name);
    if (path !== cluster && !path.startsWith(cluster + sep)) throw new NotABackup(`leads out of itself`);
    if (entry.header.type === 'directory') {
      await makeFolder(path, runAs);
      await drain(entry);
    } else if (entry.header.type === 'file') await writeFile(path, entry, runAs);
    else throw new NotABackup(`holds a ${entry.header.type}`);
  }
}

async function makeFolder(path: string, runAs: RunAs): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  if (!runAs.isSelf) await chown(path, runAs.uid, runAs.gid);
}

async function drain(content: Entry): Promise<void> {
  for await (const _ of content);
}

async function writeFile(path: string, content: Entry, runAs: RunAs | undefined): Promise<void> {
  const target = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of content) await target.writeFile(asBytes(chunk));
    if (runAs && !runAs.isSelf) await target.chown(runAs.uid, runAs.gid);
  } finally {
    await target.close();
  }
}

class NotABackup extends Error {}

/** Of the disk and the folder as they are; everything else says that the file is not what it should be. */
function asBackupFault(file: string, error: unknown): unknown {
  if (error instanceof Fault || !(error instanceof Error)) return error;
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT' && 'path' in error && error.path === file) return unreadable(file, 'it is not there', error);
  if (/^E[A-Z]+$/.test(code)) return error;
  return unreadable(file, 'it is no backup of the embedded database, or damaged, or cut short', error);
}

function unreadable(file: string, why: string, cause: Error): Fault {
  return new Fault('VALIDATION_FAILED', `${file} cannot be restored: ${why}.`, {
    suggestion: 'Nothing was kept of it. Take another backup, made by: hub backup-db FILE',
    cause,
  });
}
