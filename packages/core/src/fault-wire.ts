import { Fault } from './fault.ts';
import { FAULT_CODES, type FaultCode } from './fault-codes.ts';

/** A fault as one process of ours tells it to another. */
export interface WireFault {
  readonly code: FaultCode;
  readonly message: string;
  readonly suggestions: readonly string[];
  readonly context: Readonly<Record<string, unknown>>;
  readonly details?: string | undefined;
  readonly outcomeUnknown: boolean;
}

/** Without its cause, which stays in the log of the process it came from. */
export function faultToWire({ code, message, suggestions, context, details, outcomeUnknown }: Fault): WireFault {
  return { code, message, suggestions, context, details, outcomeUnknown };
}

/** The same fault again; undefined for anything that is none. */
export function faultFromWire(value: unknown): Fault | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  const { code, message, suggestions, context, details, outcomeUnknown } = value as Partial<WireFault>;
  if (typeof message !== 'string' || !FAULT_CODES.includes(code as FaultCode)) return undefined;
  return new Fault(code as FaultCode, message, {
    suggestion: suggestions ?? [],
    context: context ?? {},
    ...(details === undefined ? {} : { details }),
    outcomeUnknown: outcomeUnknown ?? false,
  });
}
