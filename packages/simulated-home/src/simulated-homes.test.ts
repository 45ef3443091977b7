import { expect, test } from 'vitest';
import { startSimulatedHomes } from './simulated-homes.ts';
import { connect } from './testing/client.ts';

const size = { entities: 500, devices: 60, automations: 40, eventsPerSecond: 2 };

test('ten thousand homes open one by one, each its own', async () => {
  const homes = await startSimulatedHomes(10_000, size);
  expect(homes.opened()).toBe(0);
  const [one, other] = [homes.address(17), homes.address(9_999)];
  expect(one.instanceId).not.toBe(other.instanceId);
  await using first = await connect(one.url, one.token);
  await using second = await connect(other.url, other.token);
  expect(homes.opened()).toBe(2);
  expect(await first.result('get_states')).toHaveLength(500);
  expect(await first.result('config/device_registry/list')).toHaveLength(60);
  await first.result('config/area_registry/create', { name: 'Only here' });
  await first.result('call_service', { domain: 'light', service: 'turn_on', target: { entity_id: 'light.light_0' } });
  expect(await second.result('config/area_registry/list')).toHaveLength(12);
  expect(Object(await second.result('get_states'))[0]).toMatchObject({ entity_id: 'light.light_0', state: 'off' });
  await homes.close();
});

test('a number beyond the count is a wrong token', async () => {
  const homes = await startSimulatedHomes(3, size);
  await using stranger = await connect(homes.url, homes.address(3).token);
  expect(stranger.messages.at(-1)).toMatchObject({ type: 'auth_invalid' });
  await homes.close();
});
