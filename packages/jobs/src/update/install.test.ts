import { createDirectHome } from '@hub/ha/direct.ts';
import type { Home } from '@hub/ha/home.ts';
import { type SimulatedHome, startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { contextOf, stepOf } from '../testing/job-context.ts';
import { job } from './install.ts';

const LOCK = 'update.front_door_lock_firmware';

let simulated: SimulatedHome;
let home: Home;

beforeEach(async () => {
  simulated = await startSimulatedHome();
  home = createDirectHome({ id: 'h1', ...simulated, allowPrivateAddresses: true });
  await home.ready();
});
afterEach(async () => {
  await home.close();
  await simulated.close();
});

const args = { entityId: LOCK, withBackup: false };

test('an update is installed, told on the way, and done when the new version runs', async () => {
  const said: { message: string }[] = [];
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
