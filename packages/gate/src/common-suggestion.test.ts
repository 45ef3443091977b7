import { Fault } from '@hub/core/fault.ts';
import { expect, test } from 'vitest';
import { faultResult } from './envelope.ts';

const suggestionOf = (...fault: ConstructorParameters<typeof Fault>) =>
  faultResult(new Fault(...fault)).body['error'] as { suggestion?: string };

test.each([
  ['SERVICE_CALL_FAILED', 'Command failed: The name Red (red) is already in use', 'another name'],
  ['VALIDATION_FAILED', "Command failed: Color should be in the format #RRGGBB at 'color'", 'Correct'],
  ['SERVICE_CALL_FAILED', 'Command failed: it went wrong', 'ha_get_logs'],
] as const)('%s "%s" says what to do', (code, message, words) => {
  expect(suggestionOf(code, message).suggestion).toContain(words);
});

test('what may have happened is to be read before it is done again', () => {
  expect(suggestionOf('TIMEOUT_OPERATION', 'no answer', { outcomeUnknown: true }).suggestion).toContain('read');
});

test("a tool's own word stands alone", () => {
  expect(suggestionOf('VALIDATION_FAILED', 'no', { suggestion: 'Yes.' })).toMatchObject({ suggestion: 'Yes.' });
});
