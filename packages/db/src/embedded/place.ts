import { chown, mkdir, mkdtemp, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Fault } from '@hub/core/fault.ts';
import { newSecret } from '@hub/core/ids.ts';
import { z } from 'zod';
import type { RunAs } from './run-as.ts';

/** Where root's database goes when its user may not enter the data folder. */
export const FALLBACK_DIR = '/var/lib/ha-mcp-hub';

/** `<dataDir>/database.json`: where the cluster is, and the socket folder of the last run, to be cleared. */
const memoryShape = z.object({ cluster: z.string(), socketDir: z.string().optional() });

export type Memory = z.output<typeof memoryShape>;

export async function readMemory(dataDir: string): Promise<Memory | undefined> {
  const text = await readFile(join(dataDir, 'database.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return memoryShape.parse(JSON.parse(text));
  } catch (cause) {
    throw new Fault('STORAGE_UNAVAILABLE', `The file database.json in ${dataDir} is damaged.`, {
      suggestion: 'It should read {"cluster": "<folder with PG_VERSION>"}: write that folder into it.',
      cause,
    });
  }
}

export async function writeMemory(dataDir: string, memory: Memory): Promise<void> {
  const draft = join(dataDir, 'database.json.new');
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(memory)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, join(dataDir, 'database.json'));
}

/**
 * The folder of the cluster that belongs to this data folder, undefined before the first start.
 * @throws Fault STORAGE_UNAVAILABLE when it was elsewhere and is gone: a fresh one would hide the loss
 */
export async function findCluster(dataDir: string, memory: Memory | undefined): Promise<string | undefined> {
  const usual = join(dataDir, 'postgres');
  if (await hasCluster(usual)) return usual;
  if (memory === undefined) return undefined;
  if (await hasCluster(memory.cluster)) return memory.cluster;
  throw new Fault(
    'STORAGE_UNAVAILABLE',
    `The database of ${dataDir} was kept in ${memory.cluster}, and is not there any more.`,
    {
      suggestion: [
        'Restore that folder (in a container: keep it on a volume too, or let the data folder be entered by other users).',
        `To start anew without the old data, remove ${dataDir}.`,
      ],
    },
  );
}

async function hasCluster(folder: string): Promise<boolean> {
  return await stat(join(folder, 'PG_VERSION')).then(
    () => true,
    () => false,
  );
}

/** Where a new cluster goes: into the data folder, or below `fallbackDir` when `runAs` may not pass through to it. */
export async function placeNewCluster(dataDir: string, runAs: RunAs, fallbackDir: string): Promise<string> {
  if (await mayPass(runAs, dataDir)) return join(dataDir, 'postgres');
  // A name of its own each time: who removes the data folder to start anew must not meet the old cluster.
  return join(await openFallback(runAs, fallbackDir), `cluster-${newSecret(9)}`);
}

/** Makes the folder that stands in for the data folder. @throws Fault STORAGE_UNAVAILABLE when that is closed as well */
export async function openFallback(runAs: RunAs, fallbackDir: string): Promise<string> {
  await mkdir(fallbackDir, { recursive: true, mode: 0o755 });
  if (await mayPass(runAs, fallbackDir)) return fallbackDir;
  throw new Fault(
    'STORAGE_UNAVAILABLE',
    `User '${runAs.name}', as whom the database runs, may enter neither the data folder nor ${fallbackDir}.`,
    {
      suggestion:
        'Set DATA_DIR to a folder below which every user may pass, such as /srv/ha-mcp-hub, or start the hub as a plain user.',
    },
  );
}

/** May this user pass through every folder down to `folder`? Looks at mode bits; access lists are not read. */
export async function mayPass(runAs: RunAs, folder: string): Promise<boolean> {
  if (runAs.isSelf) return true;
  for (let path = await realpath(folder); ; path = dirname(path)) {
    const { mode, uid, gid } = await stat(path);
    const needed = uid === runAs.uid ? 0o100 : gid === runAs.gid ? 0o010 : 0o001;
    if ((mode & needed) === 0) return false;
    if (path === dirname(path)) return true;
  }
}

// A socket's path ends at 107 bytes; PostgreSQL appends `/.s.PGSQL.5432`.
const SOCKET_DIR_BYTES = 107 - '/.s.PGSQL.5432'.length;
const SOCKET_DIR_NAME = 'hub-pg-XXXXXX';

/** A fresh 0700 folder for the socket, short enough, owned by `runAs`. */
export async function makeSocketDir(runAs: RunAs): Promise<string> {
  for (const parent of runAs.isSelf ? [tmpdir(), '/tmp'] : ['/run', '/tmp']) {
    if (Buffer.byteLength(join(parent, SOCKET_DIR_NAME)) > SOCKET_DIR_BYTES) continue;
    if (!(await mayPass(runAs, parent).catch(() => false))) continue;
    const made = await mkdtemp(join(parent, 'hub-pg-')).catch(() => undefined);
    if (made === undefined) continue;
    if (!runAs.isSelf) await chown(made, runAs.uid, runAs.gid);
    return made;
  }
  throw new Fault('STORAGE_UNAVAILABLE', 'No folder was found for the socket of the database.', {
    suggestion: 'Make /tmp writable, and check that its disk has space.',
  });
}

/** Removes a socket folder of an earlier run, and nothing that is not named like one. */
export async function removeSocketDir(folder: string | undefined): Promise<void> {
  if (folder !== undefined && /\/hub-pg-[A-Za-z0-9]{6}$/.test(folder))
    await rm(folder, { recursive: true, force: true });
}
