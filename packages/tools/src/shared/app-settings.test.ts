import { NEW_SECRET, REDACTED } from '@hub/core/redacted.ts';
import { expect, it } from 'vitest';
import { hiddenPaths, maskOptions, maskPlanned, revealOptions } from './app-settings.ts';

const SCHEMA = [
  { name: 'phrases', format: 'password' },
  { name: 'peers', schema: [{ name: 'keys', format: 'password' }] },
];

it('a list of secrets is masked one by one, by its description or by its name', () => {
  const options = { phrases: ['one', 'two'], tokens: ['three', ''], peers: [{ keys: ['four'] }], names: ['five'] };
  const masked = maskOptions(options, SCHEMA);
  expect(masked).toEqual({
    ...{ phrases: [REDACTED, REDACTED], tokens: [REDACTED, ''], peers: [{ keys: [REDACTED] }], names: ['five'] },
  });
  expect(hiddenPaths(masked)).toEqual(['phrases[0]', 'phrases[1]', 'tokens[0]', 'peers[0].keys[0]']);
  expect(revealOptions(masked, options)).toEqual(options);
});

it('a plan tells which of a list of secrets would be others', () => {
  const now = { phrases: ['one', 'two'] };
  expect(maskPlanned({ phrases: ['one', 'other', 'third'] }, now, SCHEMA)).toEqual({
    phrases: [REDACTED, NEW_SECRET, NEW_SECRET],
  });
});
