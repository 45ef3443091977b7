import { describe, expect, test } from 'vitest';
import { applyDiff, expandState, readEntitiesEvent } from './compressed-state.ts';

const old = {
  entity_id: 'light.a',
  state: 'off',
  attributes: { friendly_name: 'A', brightness: 5 },
  last_changed: '2026-11-23T23:00:00.000+00:00',
  last_updated: '2026-11-23T23:00:00.000+00:00',
  context: { id: 'old', parent_id: 'p', user_id: 'u' },
};
const at = (seconds: number) => Date.UTC(2026, 10, 23, 23, 0, seconds) / 1_000;
const iso = (seconds: number) => `2026-11-23T23:00:0${seconds}.000+00:00`;

describe('a compressed state', () => {
  test('has its times as REST gives them, and one time for both when it never changed in between', () => {
    expect(expandState('light.a', { s: 'on', a: { x: 1 }, c: 'C', lc: at(1) })).toEqual({
      entity_id: 'light.a',
      state: 'on',
      attributes: { x: 1 },
      last_changed: iso(1),
      last_updated: iso(1),
      context: { id: 'C', parent_id: null, user_id: null },
    });
    expect(expandState('light.a', { s: 'on', c: { id: 'C', user_id: 'u' }, lc: at(1), lu: at(2) })).toMatchObject({
      last_changed: iso(1),
      last_updated: iso(2),
      context: { id: 'C', parent_id: null, user_id: 'u' },
    });
  });

  test.each([[null], ['on'], [{}], [{ s: 5 }]])('%j is none', (value) => {
    expect(expandState('light.a', value)).toBeUndefined();
  });
});

describe('a difference', () => {
  test('with a new change time moves both times', () => {
    const next = applyDiff(old, { '+': { s: 'on', lc: at(3), c: 'new' } });
    expect(next).toMatchObject({ state: 'on', last_changed: iso(3), last_updated: iso(3) });
    expect(next.context).toEqual({ id: 'new', parent_id: null, user_id: null });
  });

  test('with an update time alone leaves the change time', () => {
    expect(applyDiff(old, { '+': { lu: at(4) } })).toMatchObject({
      state: 'off',
      last_changed: iso(0),
      last_updated: iso(4),
    });
  });

  test('adds, replaces and takes away attributes, and the old record stays as it was', () => {
    const next = applyDiff(old, { '+': { a: { brightness: 9, effect: 'x' } }, '-': { a: ['friendly_name'] } });
    expect(next.attributes).toEqual({ brightness: 9, effect: 'x' });
    expect(old.attributes).toEqual({ friendly_name: 'A', brightness: 5 });
  });

  test('merges a partial context', () => {
    expect(applyDiff(old, { '+': { c: { id: 'new', parent_id: null } } }).context).toEqual({
      ...{ id: 'new', parent_id: null, user_id: 'u' },
    });
  });

  test.each([[null], [5], [{}], [{ '+': 5, '-': [] }]])('%j changes nothing', (diff) => {
    expect(applyDiff(old, diff)).toEqual(old);
  });
});

test.each([[null], ['x'], [{ a: 5 }], [{ r: {} }]])('%j is no event of entities', (event) => {
  expect(readEntitiesEvent(event)).toBeUndefined();
});
