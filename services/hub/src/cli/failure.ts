import { Fault } from '@hub/core/fault.ts';
import { FAULT_CODES, type FaultCode } from '@hub/core/fault-codes.ts';
import { z } from 'zod';

/** The command was typed wrongly; exit code 2. */
export class UsageError extends Error {}

const problem = z.looseObject({
  error: z.looseObject({
    code: z.string(),
    message: z.string(),
    suggestion: z.string().optional(),
    suggestions: z.array(z.string()).optional(),
  }),
});

/** What the hub refused, as it said it. Undefined when the answer is none of the hub's. */
export function refusalOf(body: unknown): Fault | undefined {
  const { error } = problem.safeParse(body).data ?? {};
  if (!error) return undefined;
  const suggestion = error.suggestions ?? (error.suggestion === undefined ? [] : [error.suggestion]);
  return new Fault(isFaultCode(error.code) ? error.code : 'INTERNAL_ERROR', error.message, { suggestion });
}

function isFaultCode(text: string): text is FaultCode {
  return FAULT_CODES.some((code) => code === text);
}
