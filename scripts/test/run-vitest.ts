import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { runHere } from './run-step.ts';

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const add = (a: Tally, b: Tally): Tally => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
});

/** The part of vitest's JSON report that is counted. */
const Report = z.object({
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) })),
});

/**
 * Counts a report. A file that failed outside its tests (it does not load, a hook threw) is one failure, and so is a run
 * that vitest calls failed for a reason no test shows (an unhandled rejection).
 */
export function tallyOf(report: unknown, exitCode: number): Tally {
  const { testResults } = Report.parse(report);
  const count = (status: string) =>
    testResults.flatMap((file) => file.assertionResults).filter((test) => test.status === status).length;
  const brokenFiles = testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = count('failed') + brokenFiles;
  const passed = count('passed');
  const all = testResults.reduce((sum, file) => sum + file.assertionResults.length, 0);
  return {
    passed,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: all - passed - count('failed'),
  };
}

/** Runs vitest with these arguments, its own progress on the terminal. */
export async function runVitest(root: string, args: readonly string[]): Promise<Tally> {
  const path = join(root, '.cache', `vitest-${process.pid}.json`);
  console.log('\n── tests');
  const command = ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${path}`, ...args];
  const exitCode = await runHere(root, command);
  try {
    if (!existsSync(path)) return { passed: 0, failed: 1, skipped: 0 }; // it never came to a report
    return tallyOf(JSON.parse(readFileSync(path, 'utf8')), exitCode);
  } finally {
    rmSync(path, { force: true });
  }
}
