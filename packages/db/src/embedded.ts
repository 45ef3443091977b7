import { mkdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SocketConnection } from './database.ts';
import { type Binaries, findBinaries } from './embedded/binaries.ts';
import { bootstrapRole } from './embedded/bootstrap.ts';
import { assertVersion, makeCluster } from './embedded/cluster.ts';
import { asFolderFault } from './embedded/disk-fault.ts';
import { lockDataDir } from './embedded/lock.ts';
import { stopOrphan } from './embedded/orphan.ts';
import {
  FALLBACK_DIR,
  findCluster,
  makeSocketDir,
  mayPass,
  openFallback,
  placeNewCluster,
  readMemory,
  removeSocketDir,
  writeMemory,
} from './embedded/place.ts';
import { chooseRunAs, type RunAs } from './embedded/run-as.ts';
import { type Server, type ServerExit, startServer } from './embedded/server.ts';

export interface EmbeddedOptions {
  /** Made when missing. Holds the lock, `database.json` and, unless its user cannot enter, the cluster. */
  readonly dataDir: string;
  /** Gets each line PostgreSQL says. */
  readonly log?: (line: string) => void;
  /** Folder with `postgres` and `initdb` (HUB_PG_BIN), taken instead of the bundled ones. */
  readonly pgBinDir?: string | undefined;
  /** For root, when the database's user may not enter the data folder. */
  readonly fallbackDir?: string;
  /** PostgreSQL settings besides our own; for tests. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedPlace {
  readonly cluster: string;
  readonly binaries: string;
  /** Name of the user PostgreSQL runs as. */
  readonly runsAs: string;
  /** True when the cluster is outside the data folder: tell the person where. */
  readonly isElsewhere: boolean;
  /** True when this start had to stop a PostgreSQL that a killed hub left behind. */
  readonly hadOrphan: boolean;
}

export interface Embedded {
  readonly connection: SocketConnection;
  readonly place: EmbeddedPlace;
  readonly pid: number;
  /** Ends PostgreSQL in order (20 s at most before force) and frees the data folder. Safe to call twice. */
  stop(): Promise<void>;
  /** Resolves when PostgreSQL is gone; unless `wasAsked`, the hub should stop and say `reason`. Never rejects. */
  readonly exited: Promise<ServerExit>;
}

/**
 * Runs a real PostgreSQL for this hub alone: first start about 1 s, later ones 0.1 s, after a crash as long as recovery takes.
 * @throws Fault RESOURCE_LOCKED when another hub runs on the folder, STORAGE_UNAVAILABLE for all that keeps it from starting
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  try {
    await mkdir(options.dataDir, { recursive: true, mode: 0o755 });
    const dataDir = await realpath(options.dataDir);
    const lock = lockDataDir(dataDir);
    try {
      return await startLocked({ ...options, dataDir }, lock.release);
    } catch (error) {
      lock.release();
      throw error;
    }
  } catch (error) {
    throw asFolderFault(options.dataDir, error);
  }
}

async function startLocked(options: EmbeddedOptions, unlock: () => void): Promise<Embedded> {
  const { dataDir, log = () => undefined, settings = {} } = options;
  const memory = await readMemory(dataDir);
  const found = await findCluster(dataDir, memory);
  const runAs = await chooseRunAs(found === undefined ? undefined : (await stat(found)).uid);
  const binaries = await findBinaries(runAs, options.pgBinDir, () => copyTarget(options, runAs));
  const cluster = found ?? (await placeNewCluster(dataDir, runAs, options.fallbackDir ?? FALLBACK_DIR));
  if (found === undefined) await makeCluster(cluster, binaries, runAs);
  await assertVersion(cluster, binaries);
  const hadOrphan = await stopOrphan(cluster, runAs);
  await removeSocketDir(memory?.socketDir);
  const socketDir = await makeSocketDir(runAs);
  let server: Server | undefined;
  const stop = async () => {
    await server?.stop();
    await removeSocketDir(socketDir);
    unlock();
  };
  try {
    await writeMemory(dataDir, { cluster, socketDir });
    server = await startServer({ cluster, socketDir, binaries, runAs, log, settings });
    const connection = await bootstrapRole(socketDir);
    const place = describePlace({ cluster, binaries, runAs, dataDir, hadOrphan });
    return { connection, place, pid: server.pid, stop, exited: server.exited };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Where a copy of the binaries goes: beside the cluster's fallback for root, else into the data folder itself. */
async function copyTarget(options: EmbeddedOptions, runAs: RunAs): Promise<string> {
  if (await mayPass(runAs, options.dataDir)) return options.dataDir;
  return await openFallback(runAs, options.fallbackDir ?? FALLBACK_DIR);
}

function describePlace(at: {
  cluster: string;
  binaries: Binaries;
  runAs: RunAs;
  dataDir: string;
  hadOrphan: boolean;
}): EmbeddedPlace {
  return {
    cluster: at.cluster,
    binaries: at.binaries.postgres,
    runsAs: at.runAs.name,
    isElsewhere: at.cluster !== join(at.dataDir, 'postgres'),
    hadOrphan: at.hadOrphan,
  };
}
