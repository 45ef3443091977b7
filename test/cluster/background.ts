import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

/** A program in the background whose words go to a file. */
export interface Background {
  readonly pid: number;
  /** Resolves when it is gone, whoever ended it. */
  readonly ended: Promise<void>;
  /** Sends the signal, and resolves at once; false when the program is gone. */
  signal(signal: NodeJS.Signals): boolean;
}

/** Starts a program of ours; what it says is appended to `logFile`. Its channel ends it when this process dies before it. */
export function startBackground(
  command: string,
  args: readonly string[],
  logFile: string,
  options: Pick<SpawnOptions, 'env' | 'cwd' | 'uid' | 'gid'> = {},
): Background {
  const log = createWriteStream(logFile, { flags: 'a' });
  const child: ChildProcess = spawn(command, [...args], { ...options, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  const ended = once(child, 'close').then(() => {
    log.end();
  });
  return { pid: child.pid ?? 0, ended, signal: (signal) => child.kill(signal) };
}
