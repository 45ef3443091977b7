import { describe, expect, test } from 'vitest';
import { actionSteps } from './action-steps.ts';

const lightOn = { action: 'light.turn_on', target: { entity_id: 'light.a' } };
const both: [string, unknown][] = [
  ['then', [lightOn]],
  ['else', lightOn],
];
const stepKinds = (sequence: unknown) => actionSteps(sequence).map((step) => step.kind);

describe('the steps of a sequence', () => {
  test.each([
    ['a list', [lightOn]],
    ['a single step', lightOn],
    ['both ends of an if', Object.fromEntries([...both, ['if', [{ condition: 'state' }]]])],
    [
      'every option of a choose and its default',
      { choose: [{ conditions: [], sequence: [lightOn] }], default: [lightOn] },
    ],
    ['a choose with one option', { choose: { conditions: 'x', sequence: lightOn } }],
    ['a repeat', { repeat: { while: [{ condition: 'state' }], sequence: [lightOn] } }],
    ['what runs in parallel', { parallel: [{ sequence: [lightOn] }, lightOn] }],
    ['a sequence in a sequence', { sequence: [{ sequence: [lightOn] }] }],
  ])('are found in %s', (_where, sequence) => {
    expect(new Set(stepKinds(sequence))).toEqual(new Set(['action']));
  });

  test.each([
    ['a delay', { delay: { minutes: 5 } }],
    ['a condition', { condition: 'state', entity_id: 'lock.front', state: 'locked' }],
    ['a device condition', { condition: 'device', device_id: 'd', domain: 'lock', type: 'is_locked' }],
    ['a template as condition', '{{ is_state("lock.front", "locked") }}'],
    ['a wait for a trigger', { wait_for_trigger: [{ trigger: 'state', entity_id: 'lock.front' }] }],
    ['variables', { variables: { action: 'lock.unlock' } }],
    ['a stop', { stop: 'done' }],
    ['a step that is switched off', { ...lightOn, enabled: false }],
    ['nothing', undefined],
  ])('are none in %s', (_what, sequence) => {
    expect(actionSteps(sequence)).toEqual([]);
  });

  test('a step switched off by a template may run', () => {
    expect(stepKinds({ ...lightOn, enabled: '{{ false }}' })).toEqual(['action']);
  });

  test.each([
    ['a templated action', { action: '{{ act }}' }],
    ['a templated action of the old form', { service_template: '{{ act }}' }],
    ['a step nobody knows', { teleport: 'lock.front' }],
    ['a number', 5],
  ])('%s is unreadable', (_what, step) => {
    expect(stepKinds([step])).toEqual(['unreadable']);
  });

  test.each([
    ['under target', { action: 'light.turn_on', target: { entity_id: 'light.a' } }],
    ['under data', { action: 'light.turn_on', data: { entity_id: 'light.a', brightness: 5 } }],
    ['beside the action', { service: 'light.turn_on', entity_id: 'light.a' }],
  ])('the target is read %s', (_where, step) => {
    expect(actionSteps(step)).toMatchObject([{ selector: { entity_id: 'light.a' }, isTemplated: false }]);
  });

  test.each([
    ['an id', { action: 'cover.open_cover', target: { entity_id: '{{ x }}' } }],
    [
      'a list of ids',
      { action: 'cover.open_cover', target: { entity_id: ['cover.a', '{% if x %}cover.b{% endif %}'] } },
    ],
    ['the whole target', { action: 'cover.open_cover', target: '{{ x }}' }],
    ['the whole data', { action: 'cover.open_cover', data: '{{ x }}' }],
  ])('a template for %s leaves the target open', (_what, step) => {
    expect(actionSteps(step)).toMatchObject([{ isTemplated: true }]);
  });

  test('a template in other data leaves the target clear', () => {
    const step = { action: 'light.turn_on', target: { entity_id: 'light.a' }, data: { brightness: '{{ 5 }}' } };
    expect(actionSteps(step)).toMatchObject([{ isTemplated: false }]);
  });

  test('a scene step activates the scene', () => {
    expect(actionSteps({ scene: 'scene.x' })).toMatchObject([
      { action: 'scene.turn_on', selector: { entity_id: 'scene.x' } },
    ]);
  });

  test('a device step names its domain and entity', () => {
    expect(actionSteps({ device_id: 'd', domain: 'lock', type: 'unlock', entity_id: 'e' })).toEqual([
      { kind: 'device', domain: 'lock', entityId: 'e' },
    ]);
  });
});
