import type { RequestId } from '@modelcontextprotocol/server';

/** Codes of JSON-RPC, and -32000 for what HTTP refuses before the protocol is reached. */
export const RPC = {
  parse: -32_700,
  invalidRequest: -32_600,
  invalidParams: -32_602,
  internal: -32_603,
  refused: -32_000,
  unknownSession: -32_001,
} as const;

/** The JSON text of a JSON-RPC error; `id` is null when the request could not be read. */
export function rpcError(code: number, message: string, id: RequestId | null = null): string {
  return JSON.stringify({ jsonrpc: '2.0', error: { code, message }, id });
}

/** A JSON object: no list, no null. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** To the caller of a call that the hub had to end: its credential is gone or the hub stops. */
export const CUT_OFF_TEXT = 'The hub ended this call before it was answered.';

export function requestIdOf(message: unknown): RequestId | null {
  if (typeof message !== 'object' || message === null || !('id' in message)) return null;
  return typeof message.id === 'string' || typeof message.id === 'number' ? message.id : null;
}
