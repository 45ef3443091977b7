import { readBackupInfo } from '@hub/ha/backups.ts';
import { createDirectHome } from '@hub/ha/direct.ts';
import { describeReal } from '@hub/real-home/describe-real.ts';
import { startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KillMoment } from './backup-worker.ts';
import { type Desk, openDesk } from './desk.ts';

const MOMENTS: readonly KillMoment[] = ['before_send', 'after_send', 'after_answer'];

let desk: Desk;

beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk[Symbol.asyncDispose]());

async function checkOnce(access: { url: string; token: string }, kill: KillMoment): Promise<void> {
  const name = `chaos ${kill}`;
  const args = { name, includeDatabase: false };
  const { signal, left, end, exitCode } = await desk.runAcrossKill(access, { kill }, { kind: 'backup.create', args });
  expect(signal).toBe('SIGKILL');
  expect(left).toMatchObject({ state: 'running', attempt: 1, result: undefined });
  expect(end).toMatchObject({ state: 'done', attempt: 2, error: undefined, result: { name, status: 'completed' } });
  expect(exitCode).toBe(0);
  const home = createDirectHome({ id: 'check', ...access, allowPrivateAddresses: true });
  try {
    const listed = (await readBackupInfo(home)).backups.filter((one) => one.name === name);
    expect(listed.map((one) => one.backup_id)).toEqual([resultId(end?.result)]);
    for (const one of listed) await home.send({ type: 'backup/delete', backup_id: one.backup_id });
  } finally {
    await home.close();
  }
}

function resultId(result: unknown): unknown {
  return typeof result === 'object' && result !== null && 'backup_id' in result ? result.backup_id : undefined;
}

describe('a backup across kill -9, at a simulated home', () => {
  test.each(MOMENTS)('killed %s: one backup, job done', { timeout: 120_000 }, async (moment) => {
    const simulated = await startSimulatedHome();
    try {
      await checkOnce(simulated, moment);
    } finally {
      await simulated.close();
    }
  });
});

await describeReal('a backup across kill -9, at a real home', (access) => {
  test.each(MOMENTS)('killed %s: one backup, job done', { timeout: 120_000 }, (moment) => checkOnce(access, moment));
});
