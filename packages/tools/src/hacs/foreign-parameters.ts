import { Fault } from '@hub/core/fault.ts';

/** What belongs to another action would be passed over in silence. @throws Fault VALIDATION_INVALID_PARAMETER */
export function refuseForeign(action: string, given: Readonly<Record<string, unknown>>, own: readonly string[]): void {
  const foreign = Object.keys(given)
    .filter((name) => given[name] !== undefined && given[name] !== null && !own.includes(name))
    .sort();
  if (foreign.length === 0) return;
  throw new Fault('VALIDATION_INVALID_PARAMETER', `Action '${action}' takes no ${foreign.join(', ')}.`, {
    suggestion: `Leave it out: '${action}' takes ${own.join(', ')}.`,
    context: { action, foreign_parameters: foreign },
  });
}
