import { Fault } from '@hub/core/fault.ts';

/** A start that cannot succeed says why and what to do, and ends with 1; anything else is a bug and keeps its stack. */
export async function endWithReason(program: 'hub' | 'worker' | 'cluster', run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    process.stderr.write(
      `\n${program}: ${error.message}\n${error.suggestions.map((line) => `  → ${line}\n`).join('')}`,
    );
    process.exit(1);
  }
}
