import { type SimulatedHome, startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createDirectHome } from './direct.ts';
import type { Home } from './home.ts';
import { createMirror } from './mirror.ts';
import { createView } from './mirrored-view.ts';
import type { EntityEntry } from './records.ts';
import { installUpdate, listUpdates, updateOf } from './updates.ts';
import type { View } from './view.ts';

const LOCK = 'update.front_door_lock_firmware';

let simulated: SimulatedHome;
let home: Home;
let view: View;

beforeEach(async () => {
  simulated = await startSimulatedHome();
  home = createDirectHome({ id: 'h1', ...simulated, allowPrivateAddresses: true });
  await home.ready();
  view = createView(home, createMirror(home));
});
afterEach(async () => {
  await home.close();
  await simulated.close();
});

async function lock() {
  const update = (await listUpdates(view)).get(LOCK);
  if (!update) throw new Error('the simulated home has no update');
  return update;
}

const options = { withBackup: false, waitMs: 20_000, signal: new AbortController().signal };

test('an install is done once the new version is seen', async () => {
  await expect(installUpdate(view, await lock(), options)).resolves.toBe('installed');
  expect(await lock()).toMatchObject({ installedVersion: '2.9.0', isInProgress: false });
});

test('one that outlasts the wait is said to be in progress', async () => {
  await expect(installUpdate(view, await lock(), { ...options, waitMs: 300 })).resolves.toBe('in_progress');
});

test('one whose home went away before its end is unknown, not failed', async () => {
  const update = await lock();
  const cut: View = {
    ...view,
    async send(command, callOptions) {
      const answer = await home.send(command, callOptions);
      simulated.misbehave({ hang: true });
      simulated.disconnectAll();
      return answer;
    },
    states: () => Promise.resolve(new Map()),
    entities: () => Promise.resolve(new Map()),
  };
  await expect(installUpdate(cut, update, { ...options, waitMs: 500 })).resolves.toBe('unknown');
});

test('one that the home refuses fails with its reason', async () => {
  const update = { ...(await lock()), entityId: 'light.kitchen_ceiling' };
  const refusing: View = { ...view, send: (command) => view.send({ ...command, service: 'no_such_service' }) };
  await expect(installUpdate(refusing, update, options)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
});

const entry = (platform: string, unique_id: string) => ({ platform, unique_id }) as EntityEntry;

test.each([
  ['core', entry('hassio', 'home_assistant_core_version_latest'), {}],
  ['os', entry('hassio', 'home_assistant_os_version_latest'), {}],
  ['supervisor', entry('hassio', 'home_assistant_supervisor_version_latest'), {}],
  ['addons', entry('hassio', 'core_mosquitto_version_latest'), {}],
  ['hacs', entry('marketplace', '172733314'), { title: 'Zigbee card' }],
  ['devices', entry('demo', '1'), { device_class: 'firmware' }],
  ['other', entry('demo', '2'), { title: 'Supervisor of the pool' }],
  ['core', undefined, {}],
])('%s is told by where an update comes from', (category, from, attributes) => {
  const state = { entity_id: 'update.home_assistant_core_update', state: 'on', attributes };
  const id = from ? 'update.x' : state.entity_id;
  const context = { id: '1', parent_id: null, user_id: null };
  const whole = { ...state, entity_id: id, last_changed: '', last_updated: '', context };
  expect(updateOf(whole, from).category).toBe(category);
});
