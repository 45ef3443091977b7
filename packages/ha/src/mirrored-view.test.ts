import { describe, expect, test } from 'vitest';
import type { Mirror } from './mirror.ts';
import { createView } from './mirrored-view.ts';
import { deviceOf, entryOf, stateOf, viewOf } from './testing/view-of.ts';

const home = viewOf({
  states: [stateOf('lock.front'), stateOf('light.a'), stateOf('light.b'), stateOf('sensor.of_lock')],
  entities: [
    entryOf('lock.front', { device_id: 'door' }),
    entryOf('light.a', { device_id: 'lamp' }),
    entryOf('sensor.of_lock', { device_id: 'mixed' }),
    entryOf('lock.back', { device_id: 'mixed' }),
  ],
  devices: [deviceOf('door'), deviceOf('lamp'), deviceOf('mixed'), deviceOf('bridge')],
});
const mirror: Mirror = { ...home, byteSize: 0, usedAt: 0, drop: () => undefined };

describe('a view with entity rules', () => {
  const view = createView(home, mirror, { isVisible: (id) => !id.startsWith('lock.') });

  test('shows what is left in every way a map can be read', async () => {
    const states = await view.states();
    const ids = ['light.a', 'light.b', 'sensor.of_lock'];
    expect([...states.keys()]).toEqual(ids);
    expect([...states.values()].map((state) => state.entity_id)).toEqual(ids);
    expect([...states].map(([id]) => id)).toEqual(ids);
    expect(states.size).toBe(3);
    expect([states.has('lock.front'), states.get('lock.front')]).toEqual([false, undefined]);
    const visited: string[] = [];
    states.forEach((_state, id) => void visited.push(id));
    expect(visited).toEqual(ids);
  });

  test('hides a device whose entities are all hidden, and no other', async () => {
    expect([...(await view.devices()).keys()]).toEqual(['lamp', 'mixed', 'bridge']);
    expect([...(await view.entities()).keys()]).toEqual(['light.a', 'sensor.of_lock']);
  });

  test('gives the rule the registry entry, where there is one', async () => {
    const seen = new Map<string, boolean>();
    const other = createView(home, mirror, {
      isVisible: (id, entry) => {
        seen.set(id, entry !== undefined);
        return true;
      },
    });
    expect((await other.states()).size).toBe(4);
    expect([seen.get('light.a'), seen.get('light.b')]).toEqual([true, false]);
  });
});

test('a view without rules reads the mirror itself', async () => {
  expect(await createView(home, mirror).states()).toBe(await mirror.states());
});

test('closing a view leaves the link to its holder', async () => {
  let isClosed = false;
  const closing = {
    ...home,
    close: async () => {
      isClosed = true;
    },
  };
  await createView(closing, mirror).close();
  expect(isClosed).toBe(false);
});
