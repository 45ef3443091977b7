/**
 * `npm test`: what follows from generated files, style, types and dead code, then every test. Closes on one line
 * `N passed, N failed, N skipped`, in which a check counts as one; exit code 1 when anything failed.
 *
 *     npm test -- packages/ha       only vitest, with these arguments
 *     REQUIRE_REAL=1 npm test       a missing real Home Assistant or PostgreSQL is a failure, not a skip
 */
import { join } from 'node:path';
import { runStep } from './test/run-step.ts';
import { add, runVitest, type Tally } from './test/run-vitest.ts';

const root = join(import.meta.dirname, '..');
const node = process.execPath;

const CHECKS: Readonly<Record<string, readonly string[]>> = {
  'platform packages in the lock': [node, 'scripts/complete-lock.ts', '--check'],
  'generated files': [node, 'scripts/gen.ts', '--check'],
  style: ['biome', 'check', '.'],
  types: ['tsc', '-b'],
  'dead code': ['knip', '--no-progress'],
};

async function main(args: readonly string[]): Promise<void> {
  const startedAt = Date.now();
  let tally: Tally = { passed: 0, failed: 0, skipped: 0 };
  const failures: string[] = [];
  for (const [name, command] of args.length === 0 ? Object.entries(CHECKS) : []) {
    const isOk = await runStep(root, name, command);
    if (!isOk) failures.push(name);
    tally = add(tally, { passed: isOk ? 1 : 0, failed: isOk ? 0 : 1, skipped: 0 });
  }
  const tests = await runVitest(root, args);
  if (tests.failed > 0) failures.push(`${tests.failed} tests`);
  tally = add(tally, tests);

  if (failures.length > 0) console.log(`\nfailed: ${failures.join(', ')}`);
  console.log(`\nall of it took ${Math.round((Date.now() - startedAt) / 1000)} s`);
  console.log(`${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`);
  process.exitCode = tally.failed > 0 ? 1 : 0;
}

await main(process.argv.slice(2));
