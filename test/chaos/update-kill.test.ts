import { readBackupInfo } from '@hub/ha/backups.ts';
import { createDirectHome } from '@hub/ha/direct.ts';
import type { Home } from '@hub/ha/home.ts';
import { callService } from '@hub/ha/services.ts';
import type { HomeAccess } from '@hub/real-home/home-access.ts';
import { firmwareUpdate } from '@hub/simulated-home/firmware-update.ts';
import { startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeReal } from '../real-home/describe-real.ts';
import { startRealHome } from '../real-home/launch.ts';
import type { KillMoment } from './backup-worker.ts';
import { type Desk, openDesk } from './desk.ts';

/** Around the backup, between it and the update (the look at the home), around the update. */
const DEATHS: readonly (readonly [killAt: string, kill: KillMoment])[] = [
  ['backup/generate', 'before_send'],
  ['backup/generate', 'after_send'],
  ['backup/generate', 'after_answer'],
  ['get_config', 'before_send'],
  ['call_service', 'after_send'],
  ['call_service', 'after_answer'],
];

let desk: Desk;

beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk[Symbol.asyncDispose]());

/** A link of the test's own that counts the updates the home was asked for. */
async function watched<T>(
  access: Pick<HomeAccess, 'url' | 'token'>,
  body: (home: Home, count: () => number) => Promise<T>,
): Promise<T> {
  const home = createDirectHome({ id: 'check', ...access, allowPrivateAddresses: true });
  let count = 0;
  try {
    await home.ready();
    await home.subscribe({ type: 'subscribe_events', event_type: 'call_service' }, (event) => {
      if (JSON.stringify(event).includes('"domain":"update"')) count++;
    });
    return await body(home, () => count);
  } finally {
    await home.close();
  }
}

function updateAcross(access: Pick<HomeAccess, 'url' | 'token'>, entityId: string, killAt: string, kill: KillMoment) {
  const args = { entityId, backupFirst: 'home_assistant' };
  return desk.runAcrossKill(access, { kill, killAt }, { kind: 'update.install', args });
}

async function checkOnce(
  access: Pick<HomeAccess, 'url' | 'token'>,
  entityId: string,
  killAt: string,
  kill: KillMoment,
): Promise<void> {
  await watched(access, async (home, count) => {
    const { signal, left, end, exitCode } = await updateAcross(access, entityId, killAt, kill);
    expect(signal).toBe('SIGKILL');
    expect(left).toMatchObject({ state: 'running', attempt: 1 });
    const { backups } = await readBackupInfo(home);
    expect(backups).toHaveLength(1);
    expect(end).toMatchObject({
      ...{ state: 'done', attempt: 2, error: undefined },
      result: { entity_id: entityId, backup: { backup_id: backups[0]?.backup_id }, health: { is_reachable: true } },
    });
    expect(count()).toBe(1);
    expect(exitCode).toBe(0);
  });
}

describe('an update with a backup before it across kill -9, at a simulated home', () => {
  const LOCK = 'update.front_door_lock_firmware';

  test.each(DEATHS)('killed at %s, %s: one backup, one update', { timeout: 120_000 }, async (killAt, kill) => {
    const simulated = await startSimulatedHome();
    try {
      await checkOnce(simulated, LOCK, killAt, kill);
    } finally {
      await simulated.close();
    }
  });

  test('one that may have been sent is not sent again', { timeout: 120_000 }, async () => {
    const simulated = await startSimulatedHome();
    try {
      await watched(simulated, async (home, count) => {
        const { end } = await updateAcross(simulated, LOCK, 'call_service', 'before_send');
        expect(end).toMatchObject({ state: 'unknown' });
        expect((await readBackupInfo(home)).backups).toHaveLength(1);
        expect(count()).toBe(0);
      });
    } finally {
      await simulated.close();
    }
  });
});

describe('several updates after one backup across kill -9, at a simulated home', () => {
  const [LOCK, PLUG] = ['update.front_door_lock_firmware', 'update.plug_firmware'];
  const args = { entityIds: [LOCK, PLUG], backupFirst: 'home_assistant' };

  async function across(killAt: string, kill: KillMoment) {
    const simulated = await startSimulatedHome();
    const facts = { title: 'Plug', installed_version: '1.0', latest_version: '1.1', supported_features: 1 };
    simulated.addEntity({ ...firmwareUpdate('plug', facts), platform: 'zha', uniqueId: 'plug', name: 'Plug' });
    try {
      return await watched(simulated, async (home, count) => {
        const { signal, end } = await desk.runAcrossKill(
          simulated,
          { kill, killAt },
          { kind: 'update.install-several', args },
        );
        expect(signal).toBe('SIGKILL');
        return { end, count: count(), backups: (await readBackupInfo(home)).backups };
      });
    } finally {
      await simulated.close();
    }
  }

  test.each(DEATHS)('killed at %s, %s: one backup, each update once', { timeout: 120_000 }, async (killAt, kill) => {
    const { end, count, backups } = await across(killAt, kill);
    expect(backups).toHaveLength(1);
    expect(end).toMatchObject({
      state: 'done',
      result: {
        backup: { backup_id: backups[0]?.backup_id },
        results: [
          { entity_id: LOCK, status: 'installed' },
          { entity_id: PLUG, status: 'installed' },
        ],
      },
    });
    expect(count).toBe(2);
  });

  test('one that may have been sent is not sent again, and none is begun after it', { timeout: 120_000 }, async () => {
    const { end, count, backups } = await across('call_service', 'before_send');
    expect(backups).toHaveLength(1);
    expect(end).toMatchObject({ result: { results: [{ status: 'unknown' }, { entity_id: PLUG, status: 'failed' }] } });
    expect(count).toBe(0);
  });
});

await describeReal('an update with a backup before it across kill -9, at a real home', () => {
  const BULB = 'update.demo_living_room_bulb_update';

  test('wherever it is killed: one backup, one update', { timeout: 400_000 }, async () => {
    // A home of its own: the shared one makes one backup at a time, and others' count there.
    await using real = await startRealHome();
    for (const [killAt, kill] of DEATHS) {
      await checkOnce(real, BULB, killAt, kill);
      await watched(real, async (home) => {
        for (const { backup_id } of (await readBackupInfo(home)).backups)
          await home.send({ type: 'backup/delete', backup_id });
        await callService(home, 'update', 'install', { data: { version: '1.93.3' }, target: { entity_id: BULB } });
      });
    }
  });
});
