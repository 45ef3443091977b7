import { buffer } from 'node:stream/consumers';
import { Fault } from '@hub/core/fault.ts';
import { generateBackup, readBackupInfo } from '@hub/ha/backups.ts';
import type { Command, Home } from '@hub/ha/home.ts';
import { linkedHome } from '@hub/ha/testing/linked-home.ts';
import type { SimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { beforeEach, expect, test } from 'vitest';
import type { BackupShelf } from '../shelf.ts';
import { contextOf, type Said, stepOf } from '../testing/job-context.ts';
import { job } from './install.ts';

const LOCK = 'update.front_door_lock_firmware';

let simulated: SimulatedHome;
let home: Home;

beforeEach(async () => {
  ({ simulated, home } = await linkedHome());
});

const args = job.args.parse({ entityId: LOCK });
const afterBackup = job.args.parse({ entityId: LOCK, backupFirst: 'everything' });

const backupsNow = async () => (await readBackupInfo(home)).backups;

/** The home, and what is done first when a command comes by. */
const minding = (mind: (command: Command) => unknown): Home => ({
  ...home,
  info: home.info,
  async send(command, options) {
    return (await mind(command)) ?? home.send(command, options);
  },
});

test('an update is installed, told on the way, and done when the new version runs', async () => {
  const said: Said[] = [];
  expect(await job.run(args, contextOf(home, said))).toMatchObject({ entity_id: LOCK, installed_version: '2.9.0' });
  expect(said.map(({ message }) => message).join()).toContain('installing');
  await expect(job.run(args, contextOf(home))).rejects.toMatchObject({ code: 'RESOURCE_LOCKED' });
});

test('a link that breaks in the middle does not lose the update, nor start it again', async () => {
  const install = await stepOf(job, args, home, 'install');
  const marker = await install.marker();
  const acted = install.act(marker);
  await expect
    .poll(async () => JSON.stringify(await home.send({ type: 'get_states' })))
    .toContain('"in_progress":true');
  simulated.disconnectAll();
  expect(await acted).toMatchObject({ installed_version: '2.9.0' });
  expect(await install.observe(marker)).toMatchObject({ is: 'done' });
});

test('a link that breaks amid the look after it leaves time to look again', async () => {
  let looks = 0;
  const breaking = minding(({ type }) => {
    if (type === 'get_config' && ++looks === 2) throw new Fault('WEBSOCKET_DISCONNECTED', 'The link was lost.');
  });
  expect(await job.run(args, contextOf(breaking))).toMatchObject({ health: { verdict: 'not_worse' } });
  expect(looks).toBe(3);
});

test('an update whose entity is not there by the look after it shows no version, and no wrong one', async () => {
  let watched = 0;
  const leaving: Home = {
    ...home,
    info: home.info,
    async subscribe(command, onEvent, options) {
      if (command.type !== 'subscribe_entities' || ++watched < 3) return home.subscribe(command, onEvent, options);
      onEvent({ a: {} });
      return { close: async () => undefined };
    },
  };
  const { health } = await job.run(args, contextOf(leaving));
  expect(health).toMatchObject({ verdict: 'not_worse', shows_wanted_version: null });
});

test('an entity that is not there is refused before anything is sent', async () => {
  await expect(job.run({ ...args, entityId: 'update.nope' }, contextOf(home))).rejects.toMatchObject({
    code: 'ENTITY_NOT_FOUND',
  });
});

test('one that the home refuses fails with its reason', async () => {
  const refusing: Home = {
    ...home,
    info: home.info,
    send: (command, options) =>
      home.send(command.type === 'call_service' ? { ...command, service: 'no_such_service' } : command, options),
  };
  await expect(job.run(args, contextOf(refusing))).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
});

test('a backup that was wanted is there before the update is sent, and both are told', async () => {
  const there: number[] = [];
  const counting = minding(async ({ type }) => {
    if (type === 'call_service') there.push((await backupsNow()).length);
  });
  const result = await job.run(afterBackup, contextOf(counting));
  const [backup] = await backupsNow();
  expect(there).toEqual([1]);
  expect(backup?.name).toMatch(/^Before .* 2\.9\.0 \(bc1234\)$/);
  expect(result).toMatchObject({
    ...{ installed_version: '2.9.0', backup: { backup_id: backup?.backup_id, name: backup?.name } },
    health: { verdict: 'not_worse', because: [], is_reachable: true, shows_wanted_version: true, mode: 'normal' },
  });
});

test('nothing is updated when the home cannot make the backup', async () => {
  const sent: string[] = [];
  const listening = minding(({ type }) => void sent.push(type));
  await generateBackup(home, { agent_ids: ['backup.local'], name: 'Of somebody else' });
  await expect(job.run(afterBackup, contextOf(listening))).rejects.toMatchObject({
    ...{ code: 'RESOURCE_LOCKED', message: expect.stringMatching(/^Nothing was updated.*: the home is busy/) },
    suggestions: expect.arrayContaining([expect.stringContaining('backup false')]),
  });
  expect(sent).not.toContain('call_service');
});

test("a backup before an update is in the hub's own store before the update is sent", async () => {
  const order: string[] = [];
  const listening = minding(({ type }) => void (type === 'call_service' && order.push('update')));
  const shelf: BackupShelf = {
    place: 'the shelf',
    async keep(copy, file) {
      const { length } = await buffer(file);
      order.push('stored');
      return { ...copy, sizeBytes: length, sha256: 'ab' };
    },
    list: async () => [],
    find: async () => undefined,
    open: () => Promise.reject(new Error('nothing is read')),
    haKey: async () => undefined,
    tidy: async () => [],
  };
  const { jobId, ...context } = contextOf(listening);
  const result = await job.run(afterBackup, { ...context, jobId, shelf });
  expect(order).toEqual(['stored', 'update']);
  expect(result).toMatchObject({ backup: { stored: { id: jobId, place: 'the shelf', size_bytes: 102_400 } } });
});

test("nothing is updated when the hub's own store does not take the backup", async () => {
  const sent: string[] = [];
  const listening = minding(({ type }) => void sent.push(type));
  const full = new Fault('STORAGE_UNAVAILABLE', 'the disk is full');
  const shelf: BackupShelf = {
    place: 'the shelf',
    keep: () => Promise.reject(full),
    list: async () => [],
    find: async () => undefined,
    open: () => Promise.reject(full),
    haKey: async () => undefined,
    tidy: async () => [],
  };
  await expect(job.run(afterBackup, { ...contextOf(listening), shelf })).rejects.toMatchObject({
    ...{ code: 'STORAGE_UNAVAILABLE', message: expect.stringMatching(/^Nothing was updated.*the disk is full/) },
  });
  expect(await backupsNow()).toHaveLength(1);
  expect(sent).not.toContain('call_service');
});

test('no backup is made where there is nothing to update', async () => {
  await job.run(args, contextOf(home));
  await expect(job.run(afterBackup, contextOf(home))).rejects.toThrow(/^There is no update/);
  expect(await backupsNow()).toEqual([]);
});

/** A home that the update leaves in recovery mode. */
function harmed(update: (command: Command) => unknown): Home {
  let isUpdated = false;
  return minding(async (command) => {
    if (command.type === 'get_config' && isUpdated) return { recovery_mode: true };
    if (command.type !== 'call_service') return undefined;
    isUpdated = true;
    return update(command);
  });
}

test('a home that does worse after the update is told as such, and what is installed as installed', async () => {
  expect(await job.run(args, contextOf(harmed(() => undefined)))).toMatchObject({
    installed_version: '2.9.0',
    health: { verdict: 'worse', mode: 'recovery', because: [expect.stringContaining('recovery mode')] },
  });
});

test('an update that failed says that the home does worse since', async () => {
  const failing = harmed(() => Promise.reject(new Fault('SERVICE_CALL_FAILED', 'Error updating.')));
  await expect(job.run(args, contextOf(failing))).rejects.toMatchObject({
    ...{
      code: 'SERVICE_CALL_FAILED',
      message: expect.stringMatching(/^Error updating\. The home is worse than before: .*recovery mode/),
    },
  });
});

test('entities that the update took away and that come back do not count', async () => {
  const [lamp = ''] = JSON.stringify(await home.send({ type: 'get_states' })).match(/light\.[a-z_]+/) ?? [];
  const rebooting = minding(({ type }) => {
    if (type === 'call_service') simulated.pushState(lamp, 'unavailable');
  });
  const watching: Home = {
    ...rebooting,
    async subscribe(command, onEvent, options) {
      const subscription = await home.subscribe(command, onEvent, options);
      // Followed alone: that is the wait for it.
      if (JSON.stringify(command['entity_ids']) === JSON.stringify([lamp])) simulated.pushState(lamp, 'on');
      return subscription;
    },
  };
  expect(await job.run(args, contextOf(watching))).toMatchObject({
    health: { verdict: 'not_worse', newly_unavailable: 0, unavailable_entities_before: expect.any(Number) },
  });
});
