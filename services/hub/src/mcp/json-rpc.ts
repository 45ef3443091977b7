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
