import type { McpHttpHandler } from '@modelcontextprotocol/server';
import { CUT_OFF_TEXT, RPC, requestIdOf, rpcError } from './json-rpc.ts';
import type { Inbound } from './legacy.ts';
import { fillToolList, isToolList } from './list-json.ts';
import { replyChannel } from './reply-channel.ts';

/** What the SDK's entry looks at; nothing else of the request is copied, least of all its URL. */
const FORWARDED = /^(content-type|accept|traceparent|mcp-.*)$/;

/** The SDK's status for a call that was closed before it had an answer. */
const CUT_OFF = 499;

/** Answers one request of protocol 2026-07-28. Resolves when the answer is complete. */
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
  channel.finish(isToolList(message) ? fillToolList(text, surface.listTools()) : text, response.status);
}
