import type { FaultCode } from './fault-codes.ts';

export interface FaultExtra {
  /** What the reader can do about it; the first one is the headline. */
  readonly suggestion?: string | readonly string[];
  /** Facts merged beside `error` in the answer (entity_id, valid_actions …). Never secrets. */
  readonly context?: Readonly<Record<string, unknown>>;
  readonly details?: string;
  /** True when the act may have happened although no answer came: report "unknown", never repeat blindly. */
  readonly outcomeUnknown?: boolean;
  readonly cause?: unknown;
}

/** The one error type for expected failures; everything else that is thrown is a bug. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly suggestions: readonly string[];
  readonly context: Readonly<Record<string, unknown>>;
  readonly details: string | undefined;
  readonly outcomeUnknown: boolean;

  constructor(code: FaultCode, message: string, extra: FaultExtra = {}) {
    super(message, { cause: extra.cause });
    this.name = 'Fault';
    this.code = code;
    this.suggestions = extra.suggestion === undefined ? [] : [extra.suggestion].flat();
    this.context = extra.context ?? {};
    this.details = extra.details;
    this.outcomeUnknown = extra.outcomeUnknown ?? false;
  }
}

/** The same where it is certain that nothing was done, whatever was lost on the way; what is no Fault passes. */
export function withoutDoubt(error: unknown): unknown {
  if (!(error instanceof Fault) || !error.outcomeUnknown) return error;
  const { code, message, suggestions, context, details } = error;
  return new Fault(code, message, {
    suggestion: suggestions,
    context,
    ...(details === undefined ? {} : { details }),
    cause: error,
  });
}

/** The same fault with more facts beside it; what it already said stays. */
export function withContext(fault: Fault, context: Readonly<Record<string, unknown>>, code = fault.code): Fault {
  return new Fault(code, fault.message, {
    suggestion: fault.suggestions,
    context: { ...context, ...fault.context },
    ...(fault.details === undefined ? {} : { details: fault.details }),
    outcomeUnknown: fault.outcomeUnknown,
    cause: fault,
  });
}
