import { expect, test } from 'vitest';
import { jsonText } from './json-text.ts';

test('undefined is null', () => {
  expect(jsonText(undefined)).toBe('null');
});

test('characters that jsonb cannot hold are replaced, and nothing else is touched', () => {
  const kept = { path: String.raw`C:\u0000`, emoji: '🏠', list: [1, 'ü'] };
  expect(JSON.parse(jsonText({ ...kept, nul: 'a\0b', half: 'x\ud83c' }))).toEqual({
    ...kept,
    nul: 'a\uFFFDb',
    half: 'x\uFFFD',
  });
});

test('names are made storable as values are', () => {
  expect(JSON.parse(jsonText({ in: { 'a\0b': 1 } }))).toEqual({ in: { 'a\uFFFDb': 1 } });
});
