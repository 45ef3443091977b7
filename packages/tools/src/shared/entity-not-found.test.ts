import { expect, test } from 'vitest';
import { entityNotFound, nearestIds } from './entity-not-found.ts';

const KNOWN = [
  'light.kitchen',
  'light.kitchen_ceiling',
  'light.bedroom',
  'lock.front_door',
  'sensor.kitchen_temperature',
];

test('the ids nearest to a slip of the pen come first, and what resembles nothing gets none', () => {
  expect(nearestIds('light.kitchn', KNOWN)[0]).toBe('light.kitchen');
  expect(nearestIds('Light.Kitchen_Ceilling', KNOWN)).toEqual(['light.kitchen_ceiling', 'light.kitchen']);
  expect(nearestIds('zzz', KNOWN)).toEqual([]);
  expect(nearestIds('', KNOWN)).toEqual([]);
});

test('the fault names them', () => {
  expect(entityNotFound('lock.frontdoor', KNOWN)).toMatchObject({
    code: 'ENTITY_NOT_FOUND',
    suggestions: [expect.stringContaining('lock.front_door'), expect.any(String)],
  });
});
