import { expect, test } from 'vitest';
import { risingProgress } from './rising-progress.ts';

test('what rises is told as it is, and what says nothing new is not told', () => {
  const rising = risingProgress();
  expect(rising(0, 100, undefined)).toEqual({ progress: 0, total: 100 });
  expect(rising(50, 100, 'half')).toEqual({ progress: 50, total: 100, message: 'half' });
  expect(rising(50, 100, 'half')).toBeUndefined();
  expect(rising(49, 100, 'half')).toBeUndefined();
  expect(rising(51, undefined, undefined)).toEqual({ progress: 51 });
});

test('a part that begins anew is told on top of those before it, to its end', () => {
  const rising = risingProgress();
  const told = [
    rising(97, 100, 'saving'),
    rising(0, 100, 'storing'),
    rising(60, 100, 'storing'),
    rising(3, 100, 'installing'),
    rising(99, 100, 'looking'),
  ];
  expect(told).toEqual([
    { progress: 97, total: 100, message: 'saving' },
    { progress: 98, total: 198, message: 'storing' },
    { progress: 158, total: 198, message: 'storing' },
    { progress: 162, total: 259, message: 'installing' },
    { progress: 258, total: 259, message: 'looking' },
  ]);
});
