import { Fault, type FaultExtra } from '@hub/core/fault.ts';

/** VALIDATION_INVALID_PARAMETER that names the parameter, here and in the context. */
export function invalidParameter(
  parameter: string,
  what: string,
  suggestion: FaultExtra['suggestion'],
  context: Readonly<Record<string, unknown>> = {},
): Fault {
  return new Fault('VALIDATION_INVALID_PARAMETER', `\`${parameter}\`: ${what}`, {
    ...(suggestion === undefined ? {} : { suggestion }),
    context: { parameter, ...context },
  });
}
