import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type InboundClassificationOutcome,
  type McpHttpHandler,
  PROTOCOL_VERSION_META_KEY,
} from '@modelcontextprotocol/server';
import { answerDirectly } from './direct-lane.ts';
import { type Exchange, openExchange } from './exchange.ts';
import { CUT_OFF_TEXT, isObject, RPC, requestIdOf, rpcError } from './json-rpc.ts';
import type { Inbound, LegacyDeps } from './legacy.ts';
import { fillToolList, isToolList } from './list-json.ts';
import { type PlainRequest, plainRequest } from './plain-request.ts';
import { replyChannel } from './reply-channel.ts';
import { clientInfoOf, headerSchemas } from './server.ts';

/** What the SDK's entry looks at; nothing else of the request is copied, least of all its URL. */
const FORWARDED = /^(content-type|accept|traceparent|mcp-.*)$/;

/** The SDK's status for a call that was closed before it had an answer. */
const CUT_OFF = 499;

const REVISION = '2026-07-28';
const ENVELOPE_KEYS: ReadonlySet<string> = new Set([
  PROTOCOL_VERSION_META_KEY,
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
]);

/** The message as a plain request whose headers say what it says; undefined leaves it to the SDK. */
export function plainModern(
  { surface, request: { headers } }: Inbound,
  outcome: InboundClassificationOutcome,
  message: unknown,
): PlainRequest | undefined {
  if (outcome.kind !== 'modern' || outcome.classification.revision !== REVISION) return undefined;
  if (headers['mcp-protocol-version'] !== REVISION || headers['mcp-method'] === undefined) return undefined;
  const plain = plainRequest(message, surface, ENVELOPE_KEYS);
  const clientInfo = plain?.meta[CLIENT_INFO_META_KEY];
  if (!plain || (clientInfo !== undefined && !clientInfoOf(clientInfo))) return undefined;
  if (!plain.call) return plain;
  const { name } = plain.call;
  return headers['mcp-name'] === name && !headerSchemas(surface).has(name) ? plain : undefined;
}

/** Answers a plain request of protocol 2026-07-28. Resolves when the answer is complete. */
export async function serveDirectly(
  { info, peers, log }: LegacyDeps,
  { surface, request, reply }: Inbound,
  plain: PlainRequest,
  running: Set<Exchange>,
): Promise<void> {
  const { promise: finished, resolve } = Promise.withResolvers<void>();
  const clientInfo = clientInfoOf(plain.meta[CLIENT_INFO_META_KEY]);
  const exchange = openExchange({
    replica: peers.replica,
    requestId: plain.id,
    channel: replyChannel(reply, { acceptsStream: true }),
    encode: (json) => (plain.call ? json : fillToolList(json, surface.listTools(clientInfo), 'modern')),
    onFinished: resolve,
  });
  running.add(exchange);
  const { traceparent } = request.headers;
  const caller = {
    era: 'modern',
    protocolVersion: REVISION,
    ...(clientInfo ? { clientInfo } : {}),
    ...(typeof traceparent === 'string' ? { traceParent: traceparent } : {}),
  } as const;
  await Promise.race([answerDirectly(exchange, plain, { info, surface, caller, log }), finished]).finally(() =>
    running.delete(exchange),
  );
}

/** Answers one request of protocol 2026-07-28 through the SDK. Resolves when the answer is complete. */
export async function serveModern(
  handler: McpHttpHandler,
  { surface, request, reply }: Inbound,
  message: unknown,
): Promise<void> {
  const channel = replyChannel(reply, { acceptsStream: true });
  const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
    FORWARDED.test(name) && typeof value === 'string' ? [[name, value]] : [],
  );
  const response = await handler.fetch(
    new Request('http://hub/', { method: 'POST', headers, signal: channel.signal }),
    { parsedBody: message },
  );
  if (response.headers.get('content-type')?.startsWith('text/event-stream') && response.body) {
    for await (const chunk of response.body) await channel.write(chunk);
    return channel.end();
  }
  if (response.status === CUT_OFF) {
    return channel.finish(rpcError(RPC.refused, CUT_OFF_TEXT, requestIdOf(message)), 503);
  }
  if (response.body === null) return channel.empty(response.status);
  const text = await response.text();
  channel.finish(
    isToolList(message) ? fillToolList(text, surface.listTools(clientOf(message)), 'modern') : text,
    response.status,
  );
}

function clientOf(message: unknown): ReturnType<typeof clientInfoOf> {
  const params = isObject(message) ? message['params'] : undefined;
  const meta = isObject(params) ? params['_meta'] : undefined;
  return isObject(meta) ? clientInfoOf(meta[CLIENT_INFO_META_KEY]) : undefined;
}
