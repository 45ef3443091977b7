import type { Implementation, JSONRPCMessage } from '@modelcontextprotocol/server';
import { ProtocolError, SERVER_INFO_META_KEY, TRACEPARENT_META_KEY } from '@modelcontextprotocol/server';
import type { Exchange } from './exchange.ts';
import type { PlainRequest } from './plain-request.ts';
import { answerOf, type CallerFacts, callSurface, type EndpointLog, LIST_CACHE, takesLongAsTask } from './server.ts';
import type { Surface } from './surface.ts';

export interface LaneDeps {
  readonly info: Implementation;
  readonly surface: Surface;
  readonly caller: CallerFacts & { readonly protocolVersion: string };
  readonly log: EndpointLog;
}

/**
 * Answers a plain request without the SDK, in the very bytes it would send (direct-lane.test.ts compares them). The SDK's part
 * is most of what a read from the mirror costs: as much again on 2025-era requests, three times as much on newer ones.
 */
export async function answerDirectly(exchange: Exchange, request: PlainRequest, deps: LaneDeps): Promise<void> {
  const ended = new AbortController();
  exchange.onclose = () => ended.abort();
  await exchange.send(await answer(request, deps, ended.signal));
}

async function answer({ id, call, meta }: PlainRequest, deps: LaneDeps, signal: AbortSignal): Promise<JSONRPCMessage> {
  const { surface, caller, log } = deps;
  // Filled in by `fillToolList` when the answer is written.
  if (!call) return { result: complete({ tools: [] }, LIST_CACHE, deps), jsonrpc: '2.0', id };
  const { clientInfo, conversation, protocolVersion } = caller;
  const inMeta = meta[TRACEPARENT_META_KEY];
  const traceParent = typeof inMeta === 'string' ? inMeta : caller.traceParent;
  const takesTask = caller.era === 'modern' ? takesLongAsTask(surface, meta) : undefined;
  try {
    const outcome = await callSurface(
      surface,
      {
        ...call,
        signal,
        protocolVersion,
        ...(takesTask ? { takesTask } : {}),
        ...(clientInfo ? { clientInfo } : {}),
        ...(conversation === undefined ? {} : { conversation }),
        ...(traceParent ? { traceParent } : {}),
      },
      log,
    );
    return { result: complete(answerOf(outcome, caller.era), {}, deps), jsonrpc: '2.0', id };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const { code, message, data } = error;
    return { jsonrpc: '2.0', id, error: { code, message, ...(data === undefined ? {} : { data }) } };
  }
}

/** What each result says since 2026-07-28. */
function complete(
  result: Readonly<Record<string, unknown>>,
  cache: object,
  { caller, info }: LaneDeps,
): Record<string, unknown> {
  if (caller.era === 'legacy') return { ...result };
  const meta = typeof result['_meta'] === 'object' ? result['_meta'] : {};
  return {
    ...result,
    resultType: result['resultType'] ?? 'complete',
    ...cache,
    _meta: { [SERVER_INFO_META_KEY]: info, ...meta },
  };
}
