import type { RequestId } from '@modelcontextprotocol/server';
import { isObject } from './json-rpc.ts';
import type { Surface } from './surface.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** A tools/list or tools/call that wants its answer and nothing besides: no progress, no page, no question back. */
export interface PlainRequest {
  readonly id: RequestId;
  /** Undefined: the list of tools. */
  readonly call: { readonly name: string; readonly args: JsonObject } | undefined;
  readonly meta: JsonObject;
}

const MESSAGE_KEYS = new Set(['jsonrpc', 'id', 'method', 'params']);
const LIST_KEYS = new Set(['_meta']);
const CALL_KEYS = new Set(['_meta', 'name', 'arguments']);

/**
 * The message as a plain request, or undefined for anything that is more than that or not quite well-formed: the SDK knows
 * what to say to those. `protocolKeys`: the protocol's own `_meta` keys that a plain request may carry.
 */
export function plainRequest(
  message: unknown,
  { install, asksClients }: Surface,
  protocolKeys: ReadonlySet<string>,
): PlainRequest | undefined {
  if (install || asksClients || !isObject(message) || !hasOnly(message, MESSAGE_KEYS)) return undefined;
  const { jsonrpc, id, method, params = {} } = message;
  if (jsonrpc !== '2.0' || !isRequestId(id) || !isObject(params)) return undefined;
  const { _meta: meta = {}, name, arguments: args = {} } = params;
  if (!isObject(meta) || !isPlainMeta(meta, protocolKeys)) return undefined;
  if (method === 'tools/list') return hasOnly(params, LIST_KEYS) ? { id, call: undefined, meta } : undefined;
  if (method !== 'tools/call' || typeof name !== 'string' || !isObject(args) || !hasOnly(params, CALL_KEYS))
    return undefined;
  return { id, call: { name, args }, meta };
}

function isPlainMeta(meta: JsonObject, protocolKeys: ReadonlySet<string>): boolean {
  return Object.keys(meta).every(
    (key) => key !== 'progressToken' && (!key.startsWith('io.modelcontextprotocol/') || protocolKeys.has(key)),
  );
}

function isRequestId(id: unknown): id is RequestId {
  return typeof id === 'string' || Number.isSafeInteger(id);
}

function hasOnly(value: JsonObject, keys: ReadonlySet<string>): boolean {
  return Object.keys(value).every((key) => keys.has(key));
}
