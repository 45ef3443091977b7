import { expect, test } from 'vitest';
import { assertWellFormed } from './well-formed.ts';

const refused = (path: string) =>
  expect.objectContaining({ code: 'VALIDATION_FAILED', message: expect.stringContaining(`\`${path}\``) });

test('whole characters pass wherever they stand', () => {
  expect(() => assertWellFormed({ text: '🏠 ü \0', '🏠': [1, null, true, ['x']] })).not.toThrow();
});

test('half a character is refused by its place, in a value and in a name', () => {
  expect(() => assertWellFormed({ config: { actions: ['ok', 'a\ud800'] } })).toThrowError(refused('config.actions.1'));
  expect(() => assertWellFormed({ data: { '\udfff': 1 } })).toThrowError(refused('data'));
});
