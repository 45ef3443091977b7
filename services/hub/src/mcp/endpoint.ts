import {
  classifyInboundRequest,
  createMcpHandler,
  type InboundClassificationOutcome,
  type McpHttpHandler,
  type ServerEventBus,
} from '@modelcontextprotocol/server';
import { LRUCache } from 'lru-cache';
import { type ChangeFeed, changeFeed } from './change-feed.ts';
import type { Exchange } from './exchange.ts';
import { RPC, rpcError } from './json-rpc.ts';
import {
  type Inbound,
  isPlainLegacy,
  type LegacyDeps,
  type LegacyEra,
  legacyEra,
  type RemoteCancel,
  type RemoteReply,
} from './legacy.ts';
import { plainModern, serveDirectly, serveModern } from './modern.ts';
import { buildServer, type EndpointLog } from './server.ts';
import type { Surface } from './surface.ts';

const MAX_LISTENS = 16;

export interface EndpointDeps extends LegacyDeps {
  /** Connectors kept ready; opening one again costs microseconds. */
  readonly maxSurfaces?: number;
  /** Called when a request comes in; what it returns, when its answer is complete. */
  readonly observe?: (inbound: Inbound, message: unknown) => () => void;
}

/** Both protocol eras of every connector this process serves. */
export interface Endpoint {
  post(inbound: Inbound, message: unknown): Promise<void>;
  /** The event stream of a 2025-era client. */
  stream(inbound: Inbound): void;
  deleteSession(inbound: Inbound): void;
  /** An answer that another replica received for a call running here. */
  deliverReply(remote: RemoteReply): void;
  /** A client took back a call that may run here. */
  cancel(cancelled: RemoteCancel): void;
  /** A stream or call of this connector is under way. */
  isOpen(key: string): boolean;
  /** Ends all streams and calls of a connector at once: its credential was revoked. */
  closeSurface(key: string): Promise<void>;
  /** Ends the streams alone: whoever may still use the connector opens others. */
  endStreams(key: string): Promise<void>;
  /** Ends event streams at once, lets running calls finish until `deadline` aborts, then cuts them off. */
  closeAll(deadline: AbortSignal): Promise<void>;
  readonly openStreams: number;
  readonly runningCalls: number;
}

interface Entry {
  surface: Surface;
  readonly feed: ChangeFeed;
  readonly legacy: LegacyEra;
  readonly calls: McpHttpHandler;
  /** Apart from the calls, so that its streams can end while calls run on. */
  listens: McpHttpHandler;
  readonly newListens: () => McpHttpHandler;
  /** Modern requests being answered. */
  readonly running: Set<Promise<void>>;
  /** Those of them that need no SDK. */
  readonly direct: Set<Exchange>;
  readonly listening: Set<Promise<void>>;
}

export function createEndpoint(deps: EndpointDeps): Endpoint {
  const entries = new LRUCache<string, Entry>({
    max: deps.maxSurfaces ?? 10_000,
    dispose: (entry) => void closeEntry(entry, deps.log),
  });
  let isClosing = false;

  const entryOf = (surface: Surface): Entry => {
    const known = entries.get(surface.key);
    if (!known) {
      const entry = openEntry(deps, surface);
      entries.set(surface.key, entry);
      return entry;
    }
    known.surface = surface;
    known.feed.follow(surface);
    return known;
  };

  async function postModern(
    entry: Entry,
    inbound: Inbound,
    outcome: InboundClassificationOutcome,
    message: unknown,
  ): Promise<void> {
    const isListen =
      typeof message === 'object' &&
      message !== null &&
      'method' in message &&
      message.method === 'subscriptions/listen';
    if (isListen && isClosing) return unavailable(inbound);
    const plain = plainModern(inbound, outcome, message);
    const serving = plain
      ? serveDirectly(deps, inbound, plain, entry.direct)
      : serveModern(isListen ? entry.listens : entry.calls, inbound, message);
    const group = isListen ? entry.listening : entry.running;
    group.add(serving);
    await serving.finally(() => group.delete(serving));
  }

  return {
    async post(inbound, message) {
      const entry = entryOf(inbound.surface);
      const answered = deps.observe?.(inbound, message);
      try {
        const outcome = isPlainLegacy(inbound, message) ? ({ kind: 'legacy' } as const) : classify(inbound, message);
        if (outcome.kind === 'legacy') await entry.legacy.post(inbound, message);
        else await postModern(entry, inbound, outcome, message);
      } finally {
        answered?.();
      }
    },
    stream(inbound) {
      if (isClosing) return unavailable(inbound);
      entryOf(inbound.surface).legacy.stream(inbound);
    },
    deleteSession: (inbound) => entryOf(inbound.surface).legacy.deleteSession(inbound),
    cancel: (cancelled) => entries.peek(cancelled.surfaceKey)?.legacy.cancel(cancelled),
    deliverReply: (remote) => entries.peek(remote.surfaceKey)?.legacy.deliverReply(remote),
    isOpen(key) {
      const entry = entries.peek(key);
      return entry !== undefined && streamsOf(entry) + callsOf(entry) > 0;
    },
    async closeSurface(key) {
      entries.delete(key);
    },
    async endStreams(key) {
      const entry = entries.peek(key);
      if (!entry) return;
      entry.legacy.closeStreams();
      const { listens } = entry;
      entry.listens = entry.newListens();
      await listens.close().catch((error: unknown) => {
        deps.log.error({ err: error, surface: key }, 'ending the streams of a connector failed');
      });
    },
    async closeAll(deadline) {
      isClosing = true;
      const open = [...entries.values()];
      await Promise.all(open.map((entry) => endStreams(entry)));
      await settled(open, deadline);
      entries.clear();
    },
    get openStreams() {
      return sum(entries, streamsOf);
    },
    get runningCalls() {
      return sum(entries, callsOf);
    },
  };
}

function openEntry(deps: EndpointDeps, surface: Surface): Entry {
  const feed = changeFeed(surface);
  const bus: ServerEventBus = {
    publish: () => {},
    subscribe: (listener) => feed.subscribe((kind) => listener({ kind: `${kind}_list_changed` })),
  };
  const handler = () =>
    createMcpHandler(
      ({ requestInfo }) => {
        const traceParent = requestInfo?.headers.get('traceparent');
        return buildServer(
          deps.info,
          entry.surface,
          { era: 'modern', ...(traceParent ? { traceParent } : {}) },
          deps.log,
        );
      },
      {
        legacy: 'reject',
        bus,
        maxSubscriptions: MAX_LISTENS,
        keepAliveMs: 0,
        onerror: (error) => deps.log.debug({ err: error, surface: surface.key }, 'mcp request'),
      },
    );
  const entry: Entry = {
    surface,
    feed,
    legacy: legacyEra(deps, feed),
    calls: handler(),
    listens: handler(),
    newListens: handler,
    running: new Set(),
    direct: new Set(),
    listening: new Set(),
  };
  return entry;
}

function classify({ request }: Inbound, body: unknown): InboundClassificationOutcome {
  const header = (name: string) => {
    const value = request.headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  const version = header('mcp-protocol-version');
  const method = header('mcp-method');
  const name = header('mcp-name');
  return classifyInboundRequest({
    httpMethod: 'POST',
    body,
    ...(version === undefined ? {} : { protocolVersionHeader: version }),
    ...(method === undefined ? {} : { mcpMethodHeader: method }),
    ...(name === undefined ? {} : { mcpNameHeader: name }),
  });
}

async function endStreams(entry: Entry): Promise<void> {
  entry.legacy.closeStreams();
  await entry.listens.close();
}

async function closeEntry(entry: Entry, log: EndpointLog): Promise<void> {
  try {
    await endStreams(entry);
    entry.legacy.cutOffCalls();
    for (const exchange of [...entry.direct]) exchange.cutOff();
    await entry.calls.close();
    entry.feed.close();
  } catch (error) {
    log.error({ err: error, surface: entry.surface.key }, 'closing a connector failed');
  }
}

/** Resolves when no call is running any more, or at the deadline. */
async function settled(open: readonly Entry[], deadline: AbortSignal): Promise<void> {
  const cut = new Promise<void>((resolve) => {
    if (deadline.aborted) resolve();
    deadline.addEventListener('abort', () => resolve(), { once: true });
  });
  await Promise.race([cut, Promise.allSettled(open.flatMap((entry) => [...entry.running, ...entry.legacy.calls]))]);
}

function unavailable({ reply }: Inbound): void {
  reply
    .code(503)
    .header('retry-after', '5')
    .type('application/json')
    .send(rpcError(RPC.refused, 'The hub is shutting down; connect again in a moment.'));
}

const streamsOf = ({ listening, legacy }: Entry) => listening.size + legacy.openStreams;
const callsOf = ({ running, legacy }: Entry) => running.size + legacy.calls.length;

function sum(entries: LRUCache<string, Entry>, count: (entry: Entry) => number): number {
  return [...entries.values()].reduce((total, entry) => total + count(entry), 0);
}
