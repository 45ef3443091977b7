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
