import { expect, it } from 'vitest';
import { tallyOf } from './run-vitest.ts';

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((test) => ({ status: test })),
});

it('counts tests; pending and todo are skipped', () => {
  const report = {
    testResults: [file('passed', 'passed', 'passed', 'pending'), file('failed', 'failed', 'todo', 'skipped')],
  };
  expect(tallyOf(report, 1)).toEqual({ passed: 2, failed: 1, skipped: 3 });
});

it('counts a file that failed outside its tests', () => {
  expect(tallyOf({ testResults: [file('failed'), file('failed', 'passed')] }, 1)).toEqual({
    passed: 1,
    failed: 2,
    skipped: 0,
  });
});

it('counts a failure that no test shows', () => {
  expect(tallyOf({ testResults: [file('passed', 'passed')] }, 1)).toEqual({ passed: 1, failed: 1, skipped: 0 });
});
