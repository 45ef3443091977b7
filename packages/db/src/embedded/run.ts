import { type SpawnOptions, spawn } from 'node:child_process';
import type { RunAs } from './run-as.ts';

/** A clean environment: English messages, no PG* variables of the person who starts the hub. */
export function spawnOptions(runAs: RunAs): SpawnOptions {
  return {
    // The caller's folder may be closed to this user, and PostgreSQL 15 asks for it.
    cwd: '/',
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    ...(runAs.isSelf ? {} : { uid: runAs.uid, gid: runAs.gid }),
  };
}

/** Runs a program to its end, at most `timeoutMs`. `code` is null when it was killed or could not be started. */
export async function run(
  program: string,
  args: readonly string[],
  runAs: RunAs,
  timeoutMs: number,
): Promise<{ readonly code: number | null; readonly output: string }> {
  return await new Promise((resolve) => {
    const child = spawn(program, args, {
      ...spawnOptions(runAs),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
    });
    let output = '';
    const collect = (chunk: string) => {
      output = (output + chunk).slice(-8_000);
    };
    child.stdout?.setEncoding('utf8').on('data', collect);
    child.stderr?.setEncoding('utf8').on('data', collect);
    child.on('error', (error) => resolve({ code: null, output: error.message }));
    child.on('close', (code) => resolve({ code, output: output.trim() }));
  });
}
