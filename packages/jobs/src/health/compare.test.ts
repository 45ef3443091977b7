import type { Vitals } from '@hub/ha/vitals.ts';
import { expect, test } from 'vitest';
import { compare, homeAfterShape } from './compare.ts';

const BEFORE: Vitals = {
  ...{ mode: 'normal', unavailable: ['light.attic'], oldestChangeMs: 1, newestChangeMs: 2 },
  failed: [{ entryId: 'a', domain: 'hue' }],
  repairs: [{ domain: 'hue', issueId: 'old', isSerious: true }],
};
const told = (now: Partial<Vitals>, showsWanted: boolean | null = true) =>
  homeAfterShape.parse(compare(BEFORE, { ...BEFORE, ...now }, showsWanted));

test('what was wrong before is not held against the update', () => {
  expect(told({})).toMatchObject({ verdict: 'not_worse', because: [], failed_integrations: [], new_repairs: [] });
  expect(told({ unavailable: [], failed: [] })).toMatchObject({ verdict: 'not_worse', unavailable_entities_before: 1 });
});

test('entities are compared one by one: as many as before may be others', () => {
  expect(told({ unavailable: ['light.hall'] })).toMatchObject({
    ...{ verdict: 'worse', unavailable_entities: 1, unavailable_entities_before: 1, newly_unavailable: 1 },
    because: ['Entities that are unavailable and were not before: 1.'],
  });
});

test('integrations that are not set up any more are named once, by their domain', () => {
  const failed = ['a', 'b', 'c'].map((entryId) => ({ entryId, domain: entryId === 'a' ? 'hue' : 'zha' }));
  expect(told({ failed })).toMatchObject({ verdict: 'worse', failed_integrations: ['zha'] });
});

test('advice to repair is told, and only a serious repair makes it worse', () => {
  const issue = { domain: 'zha', issueId: 'new', isSerious: false };
  expect(told({ repairs: [issue] })).toMatchObject({ verdict: 'not_worse', new_repairs: ['zha'] });
  expect(told({ repairs: [{ ...issue, isSerious: true }] })).toMatchObject({ verdict: 'worse' });
});

test('recovery mode and another version than wanted are worse', () => {
  expect(told({ mode: 'recovery' })).toMatchObject({ because: [expect.stringContaining('recovery mode')] });
  expect(told({}, false)).toMatchObject({ verdict: 'worse', shows_wanted_version: false });
});

test('a part that the home did not tell before is not judged', () => {
  const blind: Vitals = { ...BEFORE, failed: null, repairs: null };
  expect(compare(blind, BEFORE, null)).toMatchObject({
    verdict: 'not_worse',
    failed_integrations: [],
    new_repairs: [],
  });
});
