import { Fault } from '@hub/core/fault.ts';
import type { FaultCode } from '@hub/core/fault-codes.ts';
import { AWAY } from '@hub/jobs/is-away.ts';

const TRANSIENT: ReadonlySet<FaultCode> = new Set<FaultCode>([
  ...AWAY,
  'TIMEOUT_API_REQUEST',
  'TIMEOUT_OPERATION',
  'RATE_LIMITED',
  'STORAGE_UNAVAILABLE',
]);

/** Could the same attempt succeed a little later, with nobody changing anything? */
export function isTransient(error: unknown): error is Fault {
  return error instanceof Fault && TRANSIENT.has(error.code);
}

/** Milliseconds before attempt `attempt + 1`: 5 s, 20 s, 80 s, then 5 minutes. */
export function retryDelayMs(attempt: number): number {
  return Math.min(5000 * 4 ** (attempt - 1), 300_000);
}
