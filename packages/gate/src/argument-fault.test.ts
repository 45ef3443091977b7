import { expect, test } from 'vitest';
import { z } from 'zod';
import { argumentFault } from './argument-fault.ts';

const schema = z.strictObject({
  entity_id: z.union([z.string(), z.array(z.string())]),
  limit: z.number().int().min(1).max(50).optional(),
  kind: z.enum(['area', 'floor']).optional(),
  rows: z.array(z.strictObject({ n: z.number() })).optional(),
});

function messageFor(args: unknown): string {
  const parsed = schema.safeParse(args, { reportInput: true });
  return argumentFault('ha_x', parsed.error ?? new z.ZodError([]), Object.keys(schema.shape)).message;
}

test.each([
  ['a missing argument is called missing', {}, '`entity_id`: Missing required argument'],
  [
    'a wrong type says what was expected and what came',
    { entity_id: 'a', limit: 'many' },
    '`limit`: Input should be a valid number, got "many"',
  ],
  ['a bound is told', { entity_id: 'a', limit: 51 }, '`limit`: Input should be less than or equal to 50, got 51'],
  [
    'the allowed words are listed in quotes',
    { entity_id: 'a', kind: 'room' },
    "`kind`: Input should be 'area' or 'floor', got \"room\"",
  ],
  [
    'a path leads into lists and objects',
    { entity_id: 'a', rows: [{ n: 1 }, { n: 'x' }] },
    '`rows[1].n`: Input should be a valid number, got "x"',
  ],
  [
    'an unknown name is pointed to the like-sounding one',
    { entity_id: 'a', entity: 'b' },
    '`entity`: Unexpected keyword argument, did you mean `entity_id`?',
  ],
])('%s', (_title, args, message) => {
  expect(messageFor(args)).toBe(message);
});

test('many mistakes are told in one answer, the first few in full', () => {
  const args = Object.fromEntries(['entity_id', 'a', 'b', 'c', 'd', 'e', 'f'].map((key) => [key, 'x']));
  expect(messageFor(args)).toMatch(/^`a`: .*; and 1 more$/);
});
