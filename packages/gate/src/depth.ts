import { Fault } from '@hub/core/fault.ts';

/** No real automation or dashboard comes near; recursive code below the gate is safe with it. */
const MAX_DEPTH = 64;

/** @throws Fault VALIDATION_FAILED for arguments nested deeper than any honest ones */
export function assertShallow(value: unknown): void {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) {
      throw new Fault('VALIDATION_FAILED', `Arguments are nested deeper than ${MAX_DEPTH} levels.`, {
        suggestion: 'Flatten them.',
      });
    }
    level = level.flatMap((one) => (one !== null && typeof one === 'object' ? Object.values(one) : []));
  }
}
