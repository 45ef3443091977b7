import { describe, expect, test } from 'vitest';
import { coerce, type Schema } from './coerce.ts';

const schema: Schema = {
  type: 'object',
  properties: {
    data: { type: 'object' },
    ids: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
    limit: { type: 'integer' },
    wait: { type: 'boolean' },
    initial: { anyOf: [{ type: 'string' }, { type: 'integer' }] },
    rows: { type: 'array', items: { type: 'object', properties: { n: { type: 'number' } } } },
  },
};

describe('coerce', () => {
  test.each([
    ['a JSON string becomes the object it says', { data: '{"a":1}' }, { data: { a: 1 } }],
    ['a JSON list in a text-or-list parameter becomes a list', { ids: '["a","b"]' }, { ids: ['a', 'b'] }],
    ['a plain text stays text where text is allowed', { ids: 'a' }, { ids: 'a' }],
    ['numeric and boolean texts become numbers and booleans', { limit: '5', wait: 'True' }, { limit: 5, wait: true }],
    ['a boolean becomes text where only text or a number fits', { initial: true }, { initial: 'true' }],
    ['null means not given', { limit: null, wait: null }, {}],
    ['items of a list are treated alike', { rows: '[{"n":"1.5"}]' }, { rows: [{ n: 1.5 }] }],
    [
      'what fits nothing is left for the schema to judge',
      { limit: 'many', other: null },
      { limit: 'many', other: null },
    ],
    ['a key called __proto__ is only data', JSON.parse('{"__proto__":{"x":1}}'), JSON.parse('{"__proto__":{"x":1}}')],
  ])('%s', (_title, given, wanted) => {
    expect(coerce(schema, given)).toEqual(wanted);
  });

  test('text that is not the JSON it claims to be is refused by name', () => {
    expect(() => coerce(schema, { ids: '["a"' })).toThrowError(
      expect.objectContaining({ code: 'VALIDATION_FAILED', context: { parameter: 'ids' } }),
    );
    expect(() => coerce(schema, { data: '{"a":' })).toThrowError(
      expect.objectContaining({ code: 'VALIDATION_INVALID_JSON', context: { parameter: 'data' } }),
    );
  });
});

test.each([
  ['JSON', `[${'1,'.repeat(60_000)}1]`],
  ['a list by commas', 'a,'.repeat(60_000)],
])('a text that holds more values than any honest call, as %s, is refused before each is looked at', (_kind, ids) => {
  const schema = { type: 'object', properties: { ids: { type: 'array', items: { type: 'string' } } } };
  expect(() => coerce(schema, { ids })).toThrowError(
    expect.objectContaining({ code: 'VALIDATION_FAILED', message: expect.stringContaining('values') }),
  );
});
