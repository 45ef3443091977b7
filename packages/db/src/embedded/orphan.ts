import { readdir, readFile, readlink, realpath, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '@hub/core/fault.ts';
import { run } from './run.ts';
import type { RunAs } from './run-as.ts';

// SIGINT ends sessions and writes a checkpoint; SIGQUIT leaves the rest to recovery.
const LADDER = [
  { signal: 'SIGINT', graceMs: 30_000 },
  { signal: 'SIGQUIT', graceMs: 5_000 },
  { signal: 'SIGKILL', graceMs: 5_000 },
] as const;

/**
 * Stops the PostgreSQL that a killed hub left behind on this cluster. Call only while holding the data folder's lock.
 * Resolves with true when there was one. Gives it 30 s to end in order before force.
 * @throws Fault STORAGE_UNAVAILABLE when it does not go away
 */
export async function stopOrphan(cluster: string, runAs: RunAs): Promise<boolean> {
  const found = await postgresIn(cluster, runAs);
  if (found.length === 0) {
    // Its number may since belong to another program, which PostgreSQL would take for a running server.
    if (process.platform === 'linux') await rm(join(cluster, 'postmaster.pid'), { force: true });
    return false;
  }
  for (const { signal, graceMs } of LADDER) {
    for (const pid of await toSignal(cluster, runAs, signal)) sendSignal(pid, signal);
    if (await isGone(cluster, runAs, graceMs)) return true;
  }
  throw new Fault(
    'STORAGE_UNAVAILABLE',
    `A PostgreSQL left by an earlier hub still runs on ${cluster} and does not stop.`,
    {
      suggestion: `Stop it by hand (processes ${found.join(', ')}), then start again.`,
    },
  );
}

/** The leading process ends the others; once it is dead they are told one by one. */
async function toSignal(cluster: string, runAs: RunAs, signal: NodeJS.Signals): Promise<readonly number[]> {
  const found = await postgresIn(cluster, runAs);
  const leader = await postmasterPid(cluster);
  return signal !== 'SIGKILL' && found.includes(leader) ? [leader] : found;
}

/** Nothing tells us of the end of a process that is not our child, hence the polling. */
async function isGone(cluster: string, runAs: RunAs, withinMs: number): Promise<boolean> {
  const until = Date.now() + withinMs;
  while ((await postgresIn(cluster, runAs)).length > 0) {
    if (Date.now() > until) return false;
    await delay(25);
  }
  return true;
}

/** Numbers of the processes that are postgres and stand in this cluster: PostgreSQL's processes work from there. */
async function postgresIn(cluster: string, runAs: RunAs): Promise<readonly number[]> {
  if (process.platform !== 'linux') return await postmasterByPidFile(cluster, runAs);
  const home = await realpath(cluster);
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const cwd = await readlink(`/proc/${name}/cwd`).catch(() => '');
    if (cwd !== home) continue;
    // After an update of the package the running file is "… (deleted)".
    const program = await readlink(`/proc/${name}/exe`).catch(() => '');
    if (basename(program.replace(/ \(deleted\)$/, '')) === 'postgres') found.push(Number(name));
  }
  return found;
}

async function postmasterByPidFile(cluster: string, runAs: RunAs): Promise<readonly number[]> {
  const pid = await postmasterPid(cluster);
  if (pid === 0) return [];
  const { code, output } = await run('ps', ['-p', String(pid), '-o', 'comm='], runAs, 5_000);
  return code === 0 && basename(output) === 'postgres' ? [pid] : [];
}

async function postmasterPid(cluster: string): Promise<number> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  return Number(/^\d+/.exec(text)?.[0] ?? 0);
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
