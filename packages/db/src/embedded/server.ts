import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '@hub/core/fault.ts';
import type { Binaries } from './binaries.ts';
import { diskFullFault, saysDiskFull } from './disk-fault.ts';
import { spawnOptions } from './run.ts';
import type { RunAs } from './run-as.ts';

export interface ServerExit {
  /** True when `stop` brought it about. */
  readonly wasAsked: boolean;
  /** One sentence for the log: the exit code or signal, or that the disk is full. */
  readonly reason: string;
}

export interface Server {
  readonly pid: number;
  /** Ends the server in order and waits for it; after 20 s without regard for its sessions. Safe to call twice. */
  stop(): Promise<void>;
  /** Resolves when the server is gone, whoever ended it. Never rejects. */
  readonly exited: Promise<ServerExit>;
}

interface ServerOptions {
  readonly cluster: string;
  readonly socketDir: string;
  readonly binaries: Binaries;
  readonly runAs: RunAs;
  readonly log: (line: string) => void;
  /** PostgreSQL settings besides our own. */
  readonly settings: Readonly<Record<string, string>>;
}

const SETTINGS = {
  // Reached by its socket alone, in a folder that only its user may enter.
  listen_addresses: '',
  unix_socket_permissions: '0700',
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  logging_collector: 'off',
  log_destination: 'stderr',
  log_line_prefix: '',
  log_checkpoints: 'off',
  log_timezone: 'UTC',
  timezone: 'UTC',
  shared_buffers: '64MB',
  max_connections: '40',
  max_wal_size: '256MB',
  // Compiling a query costs more than any of ours takes.
  jit: 'off',
  // Containers give 64 MB of shared memory.
  max_parallel_workers_per_gather: '0',
} as const;

// Recovery after a power cut replays at most max_wal_size.
const START_DEADLINE_MS = 180_000;
const STOP_GRACE_MS = 20_000;

/** Starts PostgreSQL and resolves when it accepts connections. @throws Fault STORAGE_UNAVAILABLE */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { binaries, cluster, socketDir, runAs, log } = options;
  const settings = Object.entries({ ...SETTINGS, ...options.settings }).flatMap(([key, value]) => [
    '-c',
    `${key}=${value}`,
  ]);
  // Detached: a session of its own, so that Ctrl-C in the terminal reaches the hub alone, which then stops us in order.
  const child = spawn(binaries.postgres, ['-D', cluster, '-k', socketDir, '-p', '5432', ...settings], {
    ...spawnOptions(runAs),
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const tail: string[] = [];
  const ready = Promise.withResolvers<void>();
  if (child.stderr) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      log(line);
      tail.push(line);
      if (tail.length > 30) tail.shift();
      if (line.includes('database system is ready to accept connections')) ready.resolve();
    });
  }
  let wasAsked = false;
  const exited = new Promise<ServerExit>((resolve) => {
    child.on('error', (error) => resolve({ wasAsked, reason: `PostgreSQL could not be started: ${error.message}` }));
    // 'close' and not 'exit': the last lines, which name the reason, are read by then.
    child.on('close', (code, signal) => resolve({ wasAsked, reason: describeExit(code, signal, tail) }));
  });
  const stop = async () => {
    wasAsked = true;
    child.kill('SIGINT');
    const cancelled = new AbortController();
    const force = delay(STOP_GRACE_MS, undefined, { signal: cancelled.signal, ref: false }).then(
      () => child.kill('SIGQUIT'),
      () => undefined,
    );
    await exited;
    cancelled.abort();
    await force;
  };
  await waitUntilReady(ready.promise, exited, stop, { cluster, tail });
  return { pid: child.pid ?? 0, stop, exited };
}

async function waitUntilReady(
  ready: Promise<void>,
  exited: Promise<ServerExit>,
  stop: () => Promise<void>,
  { cluster, tail }: { readonly cluster: string; readonly tail: readonly string[] },
): Promise<void> {
  const cancelled = new AbortController();
  const late = delay(START_DEADLINE_MS, 'late' as const, { signal: cancelled.signal }).catch(() => 'late' as const);
  const first = await Promise.race([ready.then(() => 'ready' as const), exited, late]);
  cancelled.abort();
  if (first === 'ready') return;
  if (first === 'late') await stop();
  if (saysDiskFull(tail.join('\n'))) throw diskFullFault(cluster);
  const reason = first === 'late' ? `it was not ready after ${START_DEADLINE_MS / 1000} s` : first.reason;
  throw new Fault('STORAGE_UNAVAILABLE', `The database in ${cluster} did not start: ${reason}.`, {
    suggestion: 'Read what PostgreSQL said below.',
    details: tail.slice(-10).join('\n'),
  });
}

function describeExit(code: number | null, signal: NodeJS.Signals | null, tail: readonly string[]): string {
  if (saysDiskFull(tail.join('\n'))) return 'its disk is full';
  return signal ? `PostgreSQL was ended by ${signal}` : `PostgreSQL ended with code ${code}`;
}
