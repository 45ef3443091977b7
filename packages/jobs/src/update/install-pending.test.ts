import { Fault } from '@hub/core/fault.ts';
import { readBackupInfo } from '@hub/ha/backups.ts';
import { createDirectHome } from '@hub/ha/direct.ts';
import type { Home } from '@hub/ha/home.ts';
import { callService } from '@hub/ha/services.ts';
import { linkedHome } from '@hub/ha/testing/linked-home.ts';
import { listPendingUpdates } from '@hub/ha/updates.ts';
import { describeReal } from '@hub/real-home/describe-real.ts';
import { startRealHome } from '@hub/real-home/launch.ts';
import type { SimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { beforeEach, expect, test } from 'vitest';
import type { JobContext } from '../define.ts';
import { contextOf } from '../testing/job-context.ts';
import { job } from './install-pending.ts';

const LOCK = 'update.front_door_lock_firmware';

let simulated: SimulatedHome;
let home: Home;
beforeEach(async () => {
  ({ simulated, home } = await linkedHome());
});

const run = (args: object, at: Home = home) => job.run(job.args.parse(args), contextOf(at));
const installedVersion = async () => {
  const states = (await home.send({ type: 'get_states' })) as {
    entity_id: string;
    attributes: Record<string, unknown>;
  }[];
  return states.find(({ entity_id: id }) => id === LOCK)?.attributes['installed_version'];
};

test('all that waits in the categories named is installed, and nothing of others', async () => {
  expect(await run({ categories: ['core', 'addons'] })).toEqual({ installed: [], left: [] });
  expect(await installedVersion()).toBe('2.8.1');
  expect(await run({ categories: ['devices'] })).toMatchObject({
    ...{ installed: [{ entity_id: LOCK, installed_version: '2.9.0' }], left: [] },
  });
  expect(await run({ categories: ['devices'] })).toEqual({ installed: [], left: [] });
});

const CORE = 'update.home_assistant_core_update';

function offerCore() {
  const attributes = { title: 'Home Assistant Core', installed_version: '2026.10.0', latest_version: '2026.11.0' };
  simulated.pushState(CORE, 'on', { ...attributes, supported_features: 1 | 8 });
}

test('the home is backed up once before what it stands on is updated, which comes last', async () => {
  offerCore();
  const sent: unknown[] = [];
  const listening: Home = {
    ...home,
    info: home.info,
    send(command, options) {
      if (command.type === 'backup/generate') sent.push('backup');
      if (command.type === 'call_service') sent.push([command['target'], command['service_data']]);
      return home.send(command, options);
    },
  };
  const result = await run({ categories: ['core', 'devices'] }, listening);
  expect(sent).toEqual(['backup', [{ entity_id: LOCK }, undefined], [{ entity_id: CORE }, undefined]]);
  expect(result).toMatchObject({
    installed: [
      { entity_id: LOCK, health: { verdict: 'not_worse' } },
      { entity_id: CORE, installed_version: '2026.11.0' },
    ],
    backup: { name: expect.stringMatching(/^Before Home Assistant Core 2026\.11\.0 /) },
  });
});

test.each([
  [
    'that does worse after one',
    { recovery_mode: true },
    /^The home does worse since Lock firmware was .*recovery mode/,
  ],
  ['that nobody could look at after one', { recovery_mode: 'garbage' }, /^Nobody knows how the home does since Lock f/],
])('a home %s gets no other', async (_title, config, message) => {
  offerCore();
  let isUpdated = false;
  const sent: unknown[] = [];
  const harmed: Home = {
    ...home,
    info: home.info,
    async send(command, options) {
      if (command.type === 'get_config' && isUpdated) return config;
      if (command.type === 'call_service') {
        isUpdated = true;
        sent.push(command['target']);
      }
      return home.send(command, options);
    },
  };
  await expect(run({ categories: ['core', 'devices'] }, harmed)).rejects.toMatchObject({
    message: expect.stringMatching(message),
  });
  expect(sent).toEqual([{ entity_id: LOCK }]);
});

test('nothing begins after the window closed', async () => {
  const notAfter = new Date(Date.now() - 1_000).toISOString();
  await expect(run({ categories: ['devices'], notAfter })).rejects.toMatchObject({ code: 'MAINTENANCE_WINDOW_CLOSED' });
  expect(await installedVersion()).toBe('2.8.1');
});

test('the home is backed up before a device that cannot back itself up, and not before one that can', async () => {
  const backups = async () => (await readBackupInfo(home)).backups.length;
  simulated.pushState(LOCK, 'on', { supported_features: 1 | 8 });
  expect(await run({ categories: ['devices'] })).not.toHaveProperty('backup');
  expect(await backups()).toBe(0);
  simulated.pushState(LOCK, 'on', { installed_version: '2.8.1', supported_features: 1 });
  expect(await run({ categories: ['devices'] })).toMatchObject({
    ...{
      installed: [{ entity_id: LOCK, installed_version: '2.9.0' }],
      backup: { name: expect.stringMatching(/^Before /) },
    },
  });
  expect(await backups()).toBe(1);
});

test('no backup is made for what the window leaves no time for', async () => {
  offerCore();
  const sent: string[] = [];
  const listening: Home = {
    ...home,
    info: home.info,
    send(command, options) {
      sent.push(command.type);
      return home.send(command, options);
    },
  };
  const notAfter = new Date(Date.now() - 1_000).toISOString();
  await expect(run({ categories: ['core'], notAfter }, listening)).rejects.toMatchObject({
    code: 'MAINTENANCE_WINDOW_CLOSED',
  });
  expect(sent).not.toContain('backup/generate');
});

test('a home that goes away amid one gets no other: the next attempt looks what became of it', async () => {
  offerCore();
  const begun: string[] = [];
  const context = contextOf(home);
  const away = new Fault('CONNECTION_TIMEOUT', 'The home is not reachable.');
  const leaving: JobContext = {
    ...context,
    step: (name, step) => {
      if (!name.startsWith('install ')) return context.step(name, step);
      begun.push(name);
      return Promise.reject(away);
    },
  };
  const args = job.args.parse({ categories: ['core', 'devices'], withBackup: false });
  await expect(job.run(args, leaving)).rejects.toBe(away);
  expect(begun).toEqual([`install ${LOCK}`]);
});

test('what the home refuses is named with its reason', async () => {
  const refusing: Home = {
    ...home,
    info: home.info,
    send: (command, options) =>
      home.send(command.type === 'call_service' ? { ...command, service: 'no_such_service' } : command, options),
  };
  await expect(run({ categories: ['devices'] }, refusing)).rejects.toMatchObject({
    ...{
      code: 'SERVICE_CALL_FAILED',
      message: expect.stringMatching(/^1 of 1 updates were not installed\. Lock firmware: /),
    },
  });
});

test('it has to be said what may be updated', () => {
  expect(job.args.safeParse({}).success).toBe(false);
  expect(job.args.safeParse({ categories: [] }).success).toBe(false);
});

await describeReal('all that waits at a real home', () => {
  test('is installed one after the other, and what somebody skipped is not', async () => {
    // One of its own: other tests count on what waits at the shared one.
    await using access = await startRealHome();
    const real = createDirectHome({ id: 'real', ...access, allowPrivateAddresses: true });
    const waiting = async () => (await listPendingUpdates(real)).map(({ entityId }) => entityId);
    await real.ready();
    const [adGuard, bulb] = ['update.demo_add_on', 'update.demo_living_room_bulb_update'];
    const slow = ['update.demo_update_with_progress', 'update.demo_update_with_decimal_progress'];
    await callService(real, 'update', 'skip', { data: {}, target: { entity_id: slow } });
    expect(await waiting()).toEqual([adGuard, bulb]);
    expect(await run({ categories: ['other', 'devices'] }, real)).toMatchObject({
      installed: [
        { entity_id: bulb, installed_version: '1.94.2', health: { verdict: 'not_worse', shows_wanted_version: true } },
        { entity_id: adGuard, installed_version: '1.0.1', health: { verdict: 'not_worse' } },
      ],
      left: [],
    });
    expect(await waiting()).toEqual([]);
    await real.close();
  }, 60_000);
});
