import { expect, test } from 'vitest';
import { assertShallow } from './depth.ts';

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { value };
  return value;
}

test('honest nesting passes, a bottomless one is refused without exhausting the stack', () => {
  expect(() => assertShallow(nested(60))).not.toThrow();
  expect(() => assertShallow(nested(100_000))).toThrowError(expect.objectContaining({ code: 'VALIDATION_FAILED' }));
});

test('more values than any honest call has are refused, wherever they stand', () => {
  const refused = expect.objectContaining({ code: 'VALIDATION_FAILED', message: expect.stringContaining('values') });
  expect(() => assertShallow(Array.from({ length: 40_000 }, () => 1))).not.toThrow();
  expect(() => assertShallow({ ids: Array.from({ length: 60_000 }, () => 1) })).toThrowError(refused);
  const rows = Array.from({ length: 300 }, () => ({ ids: Array.from({ length: 300 }, () => 1) }));
  expect(() => assertShallow({ rows })).toThrowError(refused);
});
