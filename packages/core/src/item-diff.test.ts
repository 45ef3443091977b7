import { expect, test } from 'vitest';
import { itemDiff } from './item-diff.ts';

test('the order of keys is no difference, that of list items is', () => {
  expect(itemDiff({ a: 1, b: { c: 2, d: [{ e: 1, f: 2 }] } }, { b: { d: [{ f: 2, e: 1 }], c: 2 }, a: 1 })).toBe('');
  expect(itemDiff([1, 2], [2, 1])).not.toBe('');
});

test('an item that is not there has no lines', () => {
  expect(itemDiff(undefined, { a: 1 })).toBe('@@ -0,0 +1,3 @@\n+{\n+  "a": 1\n+}\n');
  expect(itemDiff({ a: 1 }, undefined)).toBe('@@ -1,3 +0,0 @@\n-{\n-  "a": 1\n-}\n');
  expect(itemDiff(undefined, undefined)).toBe('');
});

test('one changed value is one line', () => {
  const diff = itemDiff({ alias: 'A', mode: 'single' }, { mode: 'queued', alias: 'A' });
  expect(diff.split('\n').filter((line) => /^[+-]/.test(line))).toEqual(['-  "mode": "single"', '+  "mode": "queued"']);
});
