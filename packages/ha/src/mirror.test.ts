import { startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { expect, test } from 'vitest';
import { createDirectHome } from './direct.ts';
import { createMirror } from './mirror.ts';
import { createView } from './mirrored-view.ts';
import { callService } from './services.ts';
import { waitForState } from './wait-for.ts';

const LIGHT = 'light.hallway';

async function mirrored() {
  const simulated = await startSimulatedHome();
  const home = createDirectHome({ id: 'h', url: simulated.url, token: simulated.token, allowPrivateAddresses: true });
  const mirror = createMirror(home);
  return {
    simulated,
    home,
    mirror,
    view: createView(home, mirror),
    async [Symbol.asyncDispose]() {
      mirror.drop();
      await home.close();
      await simulated.close();
    },
  };
}

test('states follow the home by its events, as new records', async () => {
  await using at = await mirrored();
  const before = (await at.view.states()).get(LIGHT);
  const wanted = before?.state === 'on' ? 'off' : 'on';
  await callService(at.view, 'light', `turn_${wanted}`, { target: { entity_id: LIGHT } });
  const after = await waitForState(at.view, LIGHT, (state) => state?.state === wanted, { deadlineMs: 5_000 });
  expect(after).toMatchObject({
    entity_id: LIGHT,
    state: wanted,
    attributes: { friendly_name: before?.attributes['friendly_name'] },
  });
  expect(before?.state).not.toBe(wanted);
});

test('a second read asks the home nothing', async () => {
  await using at = await mirrored();
  await at.view.states();
  await at.view.areas();
  at.simulated.misbehave({ hang: true });
  expect((await at.view.states()).size).toBeGreaterThan(0);
  expect((await at.view.areas()).size).toBeGreaterThan(0);
});

test('a registry is read again after its event', async () => {
  await using at = await mirrored();
  const before = await at.view.areas();
  await at.home.send({ type: 'config/area_registry/create', name: 'Mirror test' });
  const after = await at.view.areas();
  expect(after.size).toBe(before.size + 1);
  expect([...after.values()].some(({ name }) => name === 'Mirror test')).toBe(true);
});

test('after a lost line the picture is whole again, and what changed meanwhile is told', async () => {
  await using at = await mirrored();
  await at.view.states();
  const { promise: told, resolve } = Promise.withResolvers<void>();
  using _watching = at.view.watch((id, state) => {
    if (id === 'sensor.pushed_meanwhile' && state) resolve();
  });
  at.simulated.disconnectAll();
  at.simulated.pushState('sensor.pushed_meanwhile', '1');
  await told;
  expect((await at.view.states()).get('sensor.pushed_meanwhile')?.state).toBe('1');
});

test('dropped, it fills again on the next read', async () => {
  await using at = await mirrored();
  const size = (await at.view.states()).size;
  at.mirror.drop();
  expect(at.mirror.byteSize).toBe(0);
  expect((await at.view.states()).size).toBe(size);
});

test('with rules, what is hidden is neither read nor watched', async () => {
  await using at = await mirrored();
  const view = createView(at.home, at.mirror, { isVisible: (id) => !id.startsWith('lock.') });
  const seen: string[] = [];
  using _watching = view.watch((id) => seen.push(id));
  expect([...(await view.states()).keys()].some((id) => id.startsWith('lock.'))).toBe(false);
  expect([...(await at.view.states()).keys()].some((id) => id.startsWith('lock.'))).toBe(true);
  const pushed = waitForState(at.view, 'lock.front_door', (state) => state?.state === 'jammed', { deadlineMs: 5_000 });
  at.simulated.pushState('lock.front_door', 'jammed');
  await pushed;
  expect(seen).not.toContain('lock.front_door');
  expect(view.info.state).toBe('running');
});
