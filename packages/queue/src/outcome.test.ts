import { Fault } from '@hub/core/fault.ts';
import { expect, test } from 'vitest';
import { type Attempt, judgeError } from './outcome.ts';

const plain: Attempt = { jobId: 'j1', attempt: 1, maxAttempts: 5, openStep: undefined, interruption: undefined };
const unreachable = new Fault('CONNECTION_FAILED', 'the home does not answer', { suggestion: 'check its link' });

test('a passing trouble is tried again, later each time', () => {
  expect(judgeError(unreachable, plain)).toMatchObject({ is: 'retry', afterMs: 5_000 });
  expect(judgeError(unreachable, { ...plain, attempt: 3 })).toMatchObject({ is: 'retry', afterMs: 80_000 });
});

test('a passing trouble on the last attempt is the failure, with its advice', () => {
  expect(judgeError(unreachable, { ...plain, attempt: 5 })).toEqual({
    is: 'failed',
    error: { code: 'CONNECTION_FAILED', message: 'the home does not answer', suggestions: ['check its link'] },
  });
});

test('failed is never said while an act is open at the home', () => {
  const outcome = judgeError(unreachable, { ...plain, attempt: 5, openStep: 'generate' });
  expect(outcome).toMatchObject({ is: 'unknown', error: { code: 'CONNECTION_FAILED' } });
  expect(outcome).toHaveProperty('error.message', expect.stringContaining('"generate" was begun at the home'));
});

test('what nobody can tell is unknown and not tried again', () => {
  const fault = new Fault('TIMEOUT_OPERATION', 'nobody can tell', { outcomeUnknown: true });
  expect(judgeError(fault, plain)).toMatchObject({ is: 'unknown' });
});

test('a step of which nobody knows whether it was stored is looked at by the next attempt', () => {
  const fault = new Fault('STORAGE_UNAVAILABLE', 'it may be stored or not', { outcomeUnknown: true });
  expect(judgeError(fault, { ...plain, openStep: 'generate' })).toMatchObject({ is: 'retry' });
  expect(judgeError(fault, { ...plain, attempt: 5 })).toMatchObject({ is: 'unknown' });
});

test('a refusal is final', () => {
  expect(judgeError(new Fault('RESOURCE_LOCKED', 'busy'), plain)).toMatchObject({ is: 'failed' });
});

test("a bug's text stays out of what people see", () => {
  const outcome = judgeError(new TypeError('token abc is not iterable'), plain);
  expect(outcome).toMatchObject({ is: 'failed', error: { code: 'INTERNAL_UNEXPECTED' } });
  expect(JSON.stringify(outcome)).not.toContain('abc');
});

test('the reason of an interruption decides, whatever the job threw', () => {
  const error = new Error('aborted');
  expect(judgeError(error, { ...plain, interruption: 'cancelled' })).toMatchObject({ is: 'cancelled' });
  expect(judgeError(error, { ...plain, interruption: 'stopping' })).toEqual({ is: 'hand_back' });
  expect(judgeError(error, { ...plain, interruption: 'lease_lost' })).toEqual({ is: 'lost' });
  expect(judgeError(error, { ...plain, interruption: 'deadline' })).toMatchObject({
    is: 'failed',
    error: { code: 'TIMEOUT_OPERATION' },
  });
});

test('a job cancelled in the middle of an act says that the home may still finish it', () => {
  const outcome = judgeError(new Error('aborted'), { ...plain, openStep: 'generate', interruption: 'cancelled' });
  expect(outcome).toHaveProperty('error.message', expect.stringContaining('may still finish it'));
});
