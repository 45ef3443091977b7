import { Fault } from '@hub/core/fault.ts';
import { readBackupInfo } from '@hub/ha/backups.ts';
import type { Command, Home } from '@hub/ha/home.ts';
import { linkedHome } from '@hub/ha/testing/linked-home.ts';
import { firmwareUpdate } from '@hub/simulated-home/firmware-update.ts';
import type { SimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { beforeEach, expect, test } from 'vitest';
import type { JobContext } from '../define.ts';
import { contextOf } from '../testing/job-context.ts';
import { job } from './install-several.ts';

const LOCK = 'update.front_door_lock_firmware';
const PLUG = 'update.plug_firmware';

let simulated: SimulatedHome;
let home: Home;
beforeEach(async () => {
  ({ simulated, home } = await linkedHome());
  const facts = { title: 'Plug firmware', installed_version: '1.0', latest_version: '1.1', supported_features: 1 };
  const entry = { platform: 'zha', uniqueId: 'plug-firmware', name: 'Plug firmware' };
  simulated.addEntity({ ...firmwareUpdate('plug', facts), ...entry });
});

const args = job.args.parse({ entityIds: [LOCK, PLUG], backupFirst: 'home_assistant' });
const backups = async () => (await readBackupInfo(home)).backups;

/** The home, and what it answers instead when a command comes by; backups and updates are noted. */
function listening(sent: unknown[], mind: (command: Command) => unknown = () => undefined): Home {
  return {
    ...home,
    info: home.info,
    async send(command, options) {
      const instead = await mind(command);
      if (command.type === 'backup/generate') sent.push('backup');
      if (command.type === 'call_service') sent.push((command['target'] as { entity_id: string }).entity_id);
      return instead ?? home.send(command, options);
    },
  };
}

/** Steps that are done stay done, as the queue keeps them over attempts. */
function attemptsOf(at: Home) {
  const done = new Map<string, unknown>();
  const context = contextOf(at);
  const step: JobContext['step'] = async (name, inner) => {
    if (!done.has(name)) done.set(name, await context.step(name, inner));
    return done.get(name) as never;
  };
  return { ...context, step };
}

test('several updates come after one backup of the home, and each has its own outcome', async () => {
  const sent: unknown[] = [];
  const result = await job.run(args, contextOf(listening(sent)));
  expect(sent).toEqual(['backup', LOCK, PLUG]);
  const [backup] = await backups();
  expect(backup?.name).toBe('Before 2 updates (bc1234)');
  expect(result).toMatchObject({
    results: [
      { entity_id: LOCK, success: true, status: 'installed', installed_version: '2.9.0', health: { because: [] } },
      { entity_id: PLUG, success: true, status: 'installed', installed_version: '1.1' },
    ],
    backup: { backup_id: backup?.backup_id },
  });
});

test.each([
  ['has no place to store a backup at', { 'backup/agents/info': { agents: [] } }],
  ['cannot make the backup', { 'backup/generate': new Fault('SERVICE_CALL_FAILED', 'no space left') }],
])('nothing is updated at a home that %s', async (_title, answers: Record<string, unknown>) => {
  const sent: unknown[] = [];
  const failing = listening(sent, ({ type }) => {
    const answer = answers[type];
    if (answer instanceof Fault) throw answer;
    return answer;
  });
  await expect(job.run(args, contextOf(failing))).rejects.toThrow(/^Nothing was updated, as the backup before it fail/);
  expect(sent).toEqual([]);
});

test('an attempt that broke off between two of them goes on with the second, and makes no second backup', async () => {
  const sent: unknown[] = [];
  let isAway = true;
  const context = attemptsOf(
    listening(sent, ({ type, target }) => {
      if (!isAway || type !== 'call_service' || JSON.stringify(target).includes(LOCK)) return;
      throw new Fault('CONNECTION_FAILED', 'The home does not answer.');
    }),
  );
  await expect(job.run(args, context)).rejects.toMatchObject({
    ...{ code: 'CONNECTION_FAILED', message: expect.stringMatching(/Installed before that: Lock firmware\.$/) },
  });
  isAway = false;
  const { results } = await job.run(args, context);
  expect(results.map(({ status }) => status)).toEqual(['installed', 'installed']);
  expect(sent).toEqual(['backup', LOCK, PLUG]);
});

test('one that the home refuses keeps the other from nothing', async () => {
  const refusing = listening([], ({ target }) => {
    if (JSON.stringify(target ?? '').includes(LOCK)) throw new Fault('SERVICE_CALL_FAILED', 'low battery');
  });
  expect(await job.run(args, contextOf(refusing))).toMatchObject({
    results: [
      { entity_id: LOCK, success: false, status: 'failed', error: { message: 'low battery' } },
      { entity_id: PLUG, status: 'installed' },
    ],
    backup: { backup_id: expect.any(String) },
  });
});

test.each([
  ['the home does worse', () => ({ recovery_mode: true }), 'installed', /the home does worse since Lock firmware/],
  [
    'nobody could look at the home',
    () => ({ recovery_mode: 'x' }),
    'installed',
    /how the home does since Lock firmware/,
  ],
  ['nobody knows the end', undefined, 'unknown', /nobody knows what became of Lock firmware/],
])('after one of which %s no other is begun, and says so', async (_title, config, status, message) => {
  const sent: unknown[] = [];
  const harmed = listening(sent, ({ type }) => {
    return type === 'get_config' && sent.includes(LOCK) ? config?.() : undefined;
  });
  const context = contextOf(harmed);
  const lost: JobContext = {
    ...context,
    step: (name, step) =>
      name === `install ${LOCK}` && !config
        ? Promise.reject(new Fault('TIMEOUT_OPERATION', 'nobody can tell', { outcomeUnknown: true }))
        : context.step(name, step),
  };
  const { results } = await job.run(args, lost);
  expect(results).toMatchObject([
    { entity_id: LOCK, success: true, status },
    { entity_id: PLUG, success: false, status: 'failed', error: { message: expect.stringMatching(message) } },
  ]);
  expect(sent).not.toContain(PLUG);
});

test('what somebody installed meanwhile is named, and no backup is made where nothing is left', async () => {
  simulated.pushState(PLUG, 'off', { installed_version: '1.1' });
  const gone = job.args.parse({ entityIds: [PLUG, 'update.nope'], backupFirst: 'home_assistant' });
  const { results, backup } = await job.run(gone, contextOf(home));
  expect(results).toMatchObject([
    { entity_id: PLUG, status: 'failed', error: { code: 'RESOURCE_LOCKED' } },
    { entity_id: 'update.nope', status: 'failed', error: { code: 'ENTITY_NOT_FOUND' } },
  ]);
  expect(backup).toBeUndefined();
  expect(await backups()).toEqual([]);
});
