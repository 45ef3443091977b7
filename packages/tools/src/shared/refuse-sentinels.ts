import { findSentinel } from '@hub/core/redacted.ts';
import { invalidParameter } from './invalid-parameter.ts';

/** What was read with a secret left out would write the placeholder over the secret. @throws Fault VALIDATION_INVALID_PARAMETER */
export function refuseSentinels(value: unknown, parameter: string): void {
  const path = findSentinel(value);
  if (path === undefined) return;
  const where = path === '' ? parameter : `${parameter}.${path}`;
  throw invalidParameter(where, 'this stands in place of a secret, which reading never shows.', [
    'Leave it out to keep what is stored.',
    'To change it, ask the user for the value.',
  ]);
}
