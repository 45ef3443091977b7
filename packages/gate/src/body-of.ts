import { Fault } from '@hub/core/fault.ts';
import type { CallResult } from './envelope.ts';

/** For callers inside the hub. @throws Fault as the call failed */
export function bodyOf({ isError, body }: CallResult): Record<string, unknown> {
  if (!isError) return body;
  const { error, success: _success, outcome, ...rest } = body;
  const { code, message, suggestion, suggestions } = error as ShownError;
  throw new Fault(code, message, {
    suggestion: suggestions ?? suggestion ?? [],
    context: rest,
    outcomeUnknown: outcome === 'unknown',
  });
}

/** As envelope.ts writes it. */
interface ShownError {
  readonly code: Fault['code'];
  readonly message: string;
  readonly suggestion?: string;
  readonly suggestions?: readonly string[];
}
