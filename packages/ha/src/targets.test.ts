import { describe, expect, test } from 'vitest';
import { expandTarget } from './targets.ts';
import { areaOf, deviceOf, entryOf, stateOf, viewOf } from './testing/view-of.ts';

const entries = [
  entryOf('light.own_area', { area_id: 'kitchen' }),
  entryOf('light.by_device', { device_id: 'oven' }),
  entryOf('light.moved', { device_id: 'oven', area_id: 'hall' }),
  entryOf('sensor.diagnostic', { device_id: 'oven', entity_category: 'diagnostic' }),
  entryOf('light.hidden', { device_id: 'oven', hidden_by: 'user' }),
  entryOf('light.disabled', { device_id: 'oven', disabled_by: 'user' }),
  entryOf('light.child', { device_id: 'oven_door' }),
  entryOf('light.labelled', { labels: ['night'] }),
  entryOf('sensor.labelled_diagnostic', { labels: ['night'], entity_category: 'diagnostic' }),
  entryOf('light.labelled_hidden', { labels: ['night'], hidden_by: 'user' }),
  entryOf('light.by_labelled_device', { device_id: 'lamp' }),
];
const view = viewOf({
  states: [
    ...entries.filter((entry) => entry.disabled_by === null).map((entry) => stateOf(entry.entity_id)),
    stateOf('group.all', { entity_id: ['group.inner', 'light.labelled'] }),
    stateOf('group.inner', { entity_id: ['light.child', 'group.all'] }),
  ],
  entities: entries,
  devices: [
    deviceOf('oven', { area_id: 'kitchen' }),
    deviceOf('oven_door', { parent_device_id: 'oven' }),
    deviceOf('lamp', { labels: ['night'] }),
  ],
  areas: [areaOf('kitchen', { floor_id: 'ground' }), areaOf('hall', { labels: ['night'] })],
  floors: [{ floor_id: 'ground', name: 'Ground', level: 0, icon: null, aliases: [] }],
  labels: [{ label_id: 'night', name: 'Night', color: null, icon: null, description: null }],
  answer: ({ type, target }) =>
    type === 'extract_from_target' && JSON.stringify(target).includes('split')
      ? { referenced_entities: ['light.own_area'] }
      : undefined,
});

describe('a target selector', () => {
  test.each([
    ['an entity', { entity_id: 'light.own_area' }, ['light.own_area']],
    [
      'a list in one text, in any case',
      { entity_id: 'LIGHT.own_area, light.child' },
      ['light.own_area', 'light.child'],
    ],
    [
      'a group with its members, a circle included',
      { entity_id: 'group.all' },
      ['group.all', 'group.inner', 'light.child', 'light.labelled'],
    ],
    [
      'a device and its children, without hidden and diagnostic ones',
      { device_id: 'oven' },
      ['light.by_device', 'light.moved', 'light.child'],
    ],
    [
      'an area, but not what was moved out of it',
      { area_id: ['kitchen'] },
      ['light.own_area', 'light.by_device', 'light.child'],
    ],
    ['a floor', { floor_id: 'ground' }, ['light.own_area', 'light.by_device', 'light.child']],
    [
      'a label on entities, devices and areas',
      { label_id: 'night' },
      ['light.moved', 'light.labelled', 'sensor.labelled_diagnostic', 'light.by_labelled_device'],
    ],
    ['nothing', { entity_id: 'none', area_id: [] }, []],
    ['a device that Home Assistant has split', { device_id: 'split' }, ['light.own_area']],
    ['an area without what is excluded', { area_id: 'kitchen', exclude: { device_id: 'oven' } }, ['light.own_area']],
  ])('reaches %s', async (_what, selector, expected) => {
    const { entityIds, missing } = await expandTarget(view, selector);
    expect([...entityIds].sort()).toEqual([...expected].sort());
    expect(missing).toEqual([]);
  });

  test('"all" reaches everything, less what is excluded, hidden ones included', async () => {
    const { entityIds } = await expandTarget(view, { entity_id: 'all', exclude: { area_id: 'kitchen' } });
    expect(entityIds).toContain('light.moved');
    expect(entityIds).not.toContain('light.hidden');
    expect(entityIds).not.toContain('sensor.diagnostic');
  });

  test('names what the home does not have', async () => {
    const selector = {
      entity_id: ['light.x', 'light.disabled'],
      device_id: 'd',
      area_id: 'a',
      floor_id: 'f',
      label_id: 'l',
    };
    const { entityIds, missing } = await expandTarget(view, selector);
    expect(entityIds).toEqual([]);
    expect(missing.map(({ kind, id }) => `${kind} ${id}`).sort()).toEqual([
      ...['area a', 'device d', 'entity light.disabled', 'entity light.x', 'floor f', 'label l'],
    ]);
  });
});
