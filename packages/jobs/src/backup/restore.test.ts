import { Fault } from '@hub/core/fault.ts';
import { readBackupInfo } from '@hub/ha/backups.ts';
import type { Home } from '@hub/ha/home.ts';
import { linkedHome } from '@hub/ha/testing/linked-home.ts';
import { beforeEach, expect, test } from 'vitest';
import type { JobContext, Step } from '../define.ts';
import { contextOf } from '../testing/job-context.ts';
import { job as create } from './create.ts';
import { job } from './restore.ts';

// That a home is restored is seen on a real one, in the test of ha_manage_backup; here is what a real one does not do on demand.

let home: Home;
let backupId: string;

beforeEach(async () => {
  ({ home } = await linkedHome());
  backupId = (await create.run(create.args.parse({ name: 'Wanted' }), contextOf(home))).backup_id;
});

/** The home, which answers some commands otherwise. */
function answering(answers: Record<string, (command: object) => unknown>): Home {
  return {
    ...home,
    get info() {
      return home.info;
    },
    send: async (command, options) => (answers[command.type] ?? (() => home.send(command, options)))(command),
  };
}

/** The steps of the job in order; all but the last are taken. */
async function stepsOf(at: Home, isFresh = false): Promise<{ names: string[]; restore: Step<unknown> }> {
  const names: string[] = [];
  const caught = Promise.withResolvers<Step<unknown>>();
  const context: JobContext = {
    ...contextOf(at),
    async step(name, step) {
      names.push(name);
      if (name === 'restore') {
        caught.resolve(step);
        return new Promise(() => undefined);
      }
      return step.act(await step.marker());
    },
  };
  const args = { backupId: isFresh ? 'another' : backupId };
  job.run(job.args.parse(args), context).catch(caught.reject);
  return { names, restore: await caught.promise };
}

test('a backup of how the home is now is made before, unless a young one is there beside the one to restore', async () => {
  expect((await stepsOf(home)).names).toEqual(['look for a fresh backup', 'safety backup', 'restore']);
  const names = (await readBackupInfo(home)).backups.map(({ name }) => name);
  expect(names).toContainEqual(expect.stringMatching(/^Before a restore/));
  expect((await stepsOf(home, true)).names).toEqual(['look for a fresh backup', 'restore']);
});

test('a backup dated ahead is not taken for a young one: how old it is, is not known', async () => {
  const info = await readBackupInfo(home);
  const ahead = new Date(Date.now() + 3_600_000).toISOString();
  const backups = info.backups.map((one) => ({ ...one, date: ahead }));
  let isFirst = true;
  const fast = answering({
    'backup/info': async () => {
      if (!isFirst) return readBackupInfo(home);
      isFirst = false;
      return { ...info, backups };
    },
  });
  expect((await stepsOf(fast, true)).names).toContain('safety backup');
});

test('a restore whose answer was lost, at a home that did not restart, is unknown and is not sent again', async () => {
  let sent = 0;
  const lost = answering({
    'backup/restore': () => {
      sent += 1;
      throw new Fault('WEBSOCKET_DISCONNECTED', 'lost', { outcomeUnknown: true });
    },
  });
  const { restore } = await stepsOf(lost, true);
  expect(await restore.observe(await restore.marker())).toEqual({ is: 'unknown' });
  expect(sent).toBe(0);
});

test('a home that restarted and says that the restore is complete is what proves it', async () => {
  const saying = (event: object | null) =>
    answering({ 'backup/info': async () => ({ ...(await readBackupInfo(home)), last_action_event: event }) });
  const event = { manager_state: 'restore_backup', state: 'completed', reason: null };
  const { restore } = await stepsOf(saying(event), true);
  expect(await restore.observe({ newestMs: 0 })).toMatchObject({ is: 'done' });
  expect(await restore.observe(await restore.marker())).toEqual({ is: 'unknown' });
  expect(await (await stepsOf(saying(null), true)).restore.observe({ newestMs: 0 })).toEqual({ is: 'unknown' });
  const failed = saying({ ...event, state: 'failed', reason: 'Backup file does not exist' });
  await expect((await stepsOf(failed, true)).restore.observe({ newestMs: 0 })).rejects.toMatchObject({
    code: 'SERVICE_CALL_FAILED',
    message: expect.stringContaining('Backup file does not exist'),
  });
});

test.each([
  ['home_assistant_error', 'Backup manager busy: create_backup', 'RESOURCE_LOCKED', 'create backup'],
  ['password_incorrect', 'Incorrect password', 'VALIDATION_FAILED', 'another key'],
  [
    'home_assistant_error',
    'The system cannot restart because the configuration is not valid: x',
    'SERVICE_CALL_FAILED',
    'noted at the home',
  ],
])('a refusal (%s: %s) is told as what it is', async (ha_error_code, message, code, says) => {
  const refusing = answering({
    'backup/restore': () => {
      throw new Fault('SERVICE_CALL_FAILED', `Command failed: ${message}`, { context: { ha_error_code } });
    },
    'backup/details': async () => ({
      backup: {
        backup_id: 'another',
        name: 'N',
        date: new Date().toISOString(),
        agents: { 'backup.local': { size: 1 } },
      },
    }),
  });
  const { restore } = await stepsOf(refusing, true);
  const acted = restore.act(await restore.marker());
  await expect(acted).rejects.toMatchObject({ code, message: expect.stringContaining(says), outcomeUnknown: false });
});

test('a stored backup that cannot be restored is refused before the home is backed up for it', async () => {
  const { backups } = await readBackupInfo(home);
  const newer = answering({
    'backup/details': async () => ({ backup: { ...backups[0], homeassistant_version: '2999.1.0' } }),
  });
  const copy = {
    ...{ id: '019a0000-0000-7000-8000-00000abc1234', haBackupId: backupId, name: 'Wanted', haVersion: '2999.1.0' },
    ...{ madeAt: new Date(), isProtected: false, sizeBytes: 1, sha256: 'ab' },
  };
  const unused = () => Promise.reject(new Error('not asked'));
  const shelf = {
    ...{ place: 'the shelf', keep: unused, list: unused, open: unused, tidy: unused },
    ...{ find: async () => copy, haKey: async () => undefined },
  };
  await expect(job.run(job.args.parse({ copyId: copy.id }), { ...contextOf(newer), shelf })).rejects.toMatchObject({
    code: 'VALIDATION_FAILED',
    message: expect.stringContaining('2999.1.0'),
  });
  expect((await readBackupInfo(home)).backups).toHaveLength(backups.length);
});

test('a backup that no place has any more is not asked for', async () => {
  const { restore } = await stepsOf(home, true);
  const acted = restore.act(await restore.marker());
  await expect(acted).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND', context: { backup_id: 'another' } });
});
