import { Fault } from '@hub/core/fault.ts';

/** No real automation or dashboard comes near; recursive code below the gate is safe with it. */
const MAX_DEPTH = 64;

/** Neither does one: a large dashboard has some ten thousand. Every step of a call looks at each, and other homes wait meanwhile. */
const MAX_VALUES = 50_000;

/** @throws Fault VALIDATION_FAILED for arguments nested deeper, or of more values, than any honest ones */
export function assertShallow(value: unknown): void {
  let level: readonly unknown[] = [value];
  let count = 0;
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) throw tooMuch(`are nested deeper than ${MAX_DEPTH} levels`, 'Flatten them.');
    const next: unknown[] = [];
    for (const inner of level.map(valuesIn)) {
      count += inner.length;
      if (count > MAX_VALUES) throw tooMuch(`hold more than ${MAX_VALUES} values`, 'Send less at once.');
      for (const one of inner) next.push(one);
    }
    level = next;
  }
}

function valuesIn(value: unknown): readonly unknown[] {
  if (value === null || typeof value !== 'object') return [];
  return Array.isArray(value) ? value : Object.values(value);
}

function tooMuch(what: string, suggestion: string): Fault {
  return new Fault('VALIDATION_FAILED', `Arguments ${what}.`, { suggestion });
}
