import { Fault } from '@hub/core/fault.ts';
import type { FaultCode } from '@hub/core/fault-codes.ts';

export const AWAY: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'CONNECTION_FAILED',
  'CONNECTION_TIMEOUT',
  'WEBSOCKET_DISCONNECTED',
  'TIMEOUT_WEBSOCKET',
]);

/** The home did not answer, and may yet be busy with what was sent. */
export function isAway(error: unknown): boolean {
  return error instanceof Fault && AWAY.has(error.code);
}
