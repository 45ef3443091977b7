import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readlink, realpath, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Database, openDatabase } from '@hub/db/database.ts';
import { readMemory } from '@hub/db/embedded/place.ts';
import { loadOrCreateKeyFile } from '@hub/db/key-file.ts';
import { openVault, type Vault } from '@hub/db/vault.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MAIN = join(ROOT, 'services/hub/src/main.ts');

export interface HubOptions {
  /** A folder of its own that goes with the hub, unless told. */
  readonly dataDir?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
  /** For root: the user the hub runs as. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Through `npm start`'s launcher, in a process group of its own as a terminal makes one. */
  readonly byLauncher?: boolean;
}

export interface HubEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A hub in a process of its own; ended, with its data folder when that is its own, by `await using`. */
export interface RunningHub extends AsyncDisposable {
  readonly pid: number;
  readonly dataDir: string;
  readonly port: number;
  readonly base: string;
  readonly opsBase: string;
  /** The printed connector URL; empty with an outside database. */
  readonly url: string;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly ended: Promise<HubEnd>;
  /** SIGTERM, and the end it came to. */
  stop(): Promise<HubEnd>;
  /** SIGKILL, and the end. Its PostgreSQL lives on, as it does in life. */
  kill(): Promise<HubEnd>;
}

/** A folder for a hub's data that its database's user may enter when the hub runs as root. */
export async function makeDataDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'hub-e2e-'));
  await chmod(dir, 0o711);
  return dir;
}

/** Ends what runs on a data folder and removes it, with the cluster that a closed folder sent elsewhere. */
export async function removeDataDir(dataDir: string): Promise<void> {
  for (const pid of await databaseProcesses(dataDir)) signalIfThere(pid, 'SIGKILL');
  const { cluster } = (await readMemory(dataDir).catch(() => undefined)) ?? {};
  for (const folder of [cluster ?? dataDir, dataDir]) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Starts a hub on free ports and resolves when it says that it is ready. @throws Error with what it said instead */
export async function startHub(options: HubOptions = {}): Promise<RunningHub> {
  const dataDir = options.dataDir ?? (await makeDataDir());
  const launched = await launch({ ...options, dataDir });
  const { child, ended, stdout } = launched;
  const ready = new Promise<'ready'>((resolve) => {
    child.stdout?.on(
      'data',
      () => /MCP Server URL: \S+\n[\s\S]*Manage |is ready at/.test(stdout()) && resolve('ready'),
    );
  });
  const first = await Promise.race([ready, ended]);
  if (first !== 'ready') {
    if (options.dataDir === undefined) await removeDataDir(dataDir);
    throw new Error(`the hub ended with ${first.code ?? first.signal}:\n${first.stderr}`);
  }
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  return {
    ...launched,
    pid: child.pid ?? 0,
    dataDir,
    url: /MCP Server URL: (\S+)/.exec(stdout())?.[1] ?? '',
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    async [Symbol.asyncDispose]() {
      const late = setTimeout(() => child.kill('SIGKILL'), 45_000);
      await end('SIGTERM');
      clearTimeout(late);
      if (options.dataDir === undefined) await removeDataDir(dataDir);
    },
  };
}

/** Starts a hub and kills it with -9 at that moment, wherever it is. */
export async function killDuringStart(
  options: HubOptions & { readonly dataDir: string },
  afterMs: number,
): Promise<void> {
  const { child, ended } = await launch(options);
  await delay(afterMs);
  child.kill('SIGKILL');
  await ended;
}

/** Starts a hub that is expected to end by itself. */
export async function runHub(options: HubOptions & { readonly dataDir: string }): Promise<HubEnd> {
  const { child, ended } = await launch(options);
  const late = setTimeout(() => child.kill('SIGTERM'), 30_000);
  return ended.finally(() => clearTimeout(late));
}

async function launch({ dataDir = '', env = {}, user, byLauncher = false }: HubOptions) {
  const ports = { PORT: String(await steadyPort()), OPS_PORT: String(await steadyPort()) };
  // None of the caller's own settings: they belong to another hub.
  const { PATH = '' } = process.env;
  const cache = { NODE_COMPILE_CACHE: join(ROOT, '.cache/compiled') };
  const own = { PATH, HOME: tmpdir(), DATA_DIR: dataDir, ...cache, ...ports, ...env };
  const child = spawn(process.execPath, byLauncher ? [join(ROOT, 'scripts/run.mjs'), MAIN] : [MAIN], {
    env: own,
    // The channel ends the hub when this process dies before it.
    stdio: ['ignore', 'pipe', 'pipe', ...(byLauncher ? [] : (['ipc'] as const))],
    detached: byLauncher,
    ...user,
  });
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const ended = once(child, 'close').then(
    ([code, signal]): HubEnd => ({ code, signal, stdout: stdout(), stderr: stderr() }),
  );
  return {
    child,
    ended,
    stdout,
    stderr,
    port: Number(own.PORT),
    base: `http://127.0.0.1:${own.PORT}`,
    opsBase: `http://127.0.0.1:${own.OPS_PORT}`,
  };
}

/** A free port that no outgoing connection is given meanwhile: below the range from which systems take those. */
export async function steadyPort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_240, 32_768);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    server.close();
    if (isFree) return port;
  }
}

function collect(stream: ChildProcess['stdout']): () => string {
  const chunks: string[] = [];
  stream?.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  return () => chunks.join('');
}

/** Processes that work inside the cluster of this data folder: those of its PostgreSQL. */
export async function databaseProcesses(dataDir: string): Promise<number[]> {
  const { cluster } = (await readMemory(dataDir)) ?? {};
  const home = cluster && (await realpath(cluster).catch(() => undefined));
  if (!home) return [];
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const places = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => '')));
  return pids.filter((_pid, at) => places[at] === home).map(Number);
}

/** Sends a signal to a process that may be gone; false when it is. */
export function signalIfThere(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

export interface HubDatabase extends AsyncDisposable {
  readonly db: Database;
  readonly vault: Vault;
}

/** A second way into the database of a hub that runs, as its own role. */
export async function openHubDatabase(dataDir: string): Promise<HubDatabase> {
  const { socketDir } = (await readMemory(dataDir)) ?? {};
  if (socketDir === undefined) throw new Error(`no database runs on ${dataDir}`);
  const db = openDatabase({ host: socketDir, database: 'hub', user: 'hub', maxConnections: 4 });
  const vault = openVault(await loadOrCreateKeyFile(dataDir));
  return { db, vault, [Symbol.asyncDispose]: () => db.destroy() };
}
