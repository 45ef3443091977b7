import {
  DEFAULT_NEGOTIATED_PROTOCOL_VERSION,
  type Implementation,
  isInitializeRequest,
  type JSONRPCMessage,
  type JSONRPCNotification,
  type JSONRPCRequest,
  type RequestId,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ChangeFeed } from './change-feed.ts';
import { answerDirectly } from './direct-lane.ts';
import { type ClientReply, type Exchange, openExchange } from './exchange.ts';
import { RPC, requestIdOf, rpcError } from './json-rpc.ts';
import { fillToolList, isToolList } from './list-json.ts';
import { plainRequest } from './plain-request.ts';
import { type ReplyChannel, replyChannel } from './reply-channel.ts';
import { buildServer, type CallerFacts, type EndpointLog } from './server.ts';
import { newSession, type Session, type Sessions } from './session.ts';
import type { Surface } from './surface.ts';

const MAX_STREAMS = 16;
/** Before 2026-07-28 a protocol key in `_meta` asks for more than an answer; since then a request always has some. */
const NO_KEYS: ReadonlySet<string> = new Set();
const BAD_HANDSHAKE =
  'initialize takes params with protocolVersion (text), capabilities (object) and clientInfo (name and version).';
/** Only these may ask the client back, so only for these the handshake is replayed. */
const ASKING_METHODS = new Set(['tools/call', 'prompts/get', 'resources/read']);

export interface LegacyDeps {
  readonly info: Implementation;
  readonly sessions: Sessions;
  readonly peers: Peers;
  readonly log: EndpointLog;
}

/** Carries what a client sends here to the replica whose call it is about. */
export interface Peers {
  readonly replica: string;
  /** A client's answer to a question of a call there. */
  forward(replica: string, reply: RemoteReply): void;
  /** Which replica runs the call is not known: all are told. */
  cancel(cancelled: RemoteCancel): void;
}

export interface RemoteCancel {
  readonly surfaceKey: string;
  readonly sessionId: string;
  readonly requestId?: RequestId | undefined;
}

export interface RemoteReply {
  readonly surfaceKey: string;
  readonly sessionId: string | undefined;
  readonly reply: ClientReply;
}

/** One request of a client whose secret is known to be right. */
export interface Inbound {
  readonly surface: Surface;
  /** Names the credential without holding it. */
  readonly credential: string;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** The protocol revisions before 2026-07-28, for one connector. No session state: the client carries it in its session id. */
export interface LegacyEra {
  post(inbound: Inbound, message: unknown): Promise<void>;
  stream(inbound: Inbound): void;
  deleteSession(inbound: Inbound): void;
  deliverReply(remote: RemoteReply): void;
  /** Ends a call of this session that runs here. */
  cancel(cancelled: Omit<RemoteCancel, 'surfaceKey'>): void;
  closeStreams(): void;
  cutOffCalls(): void;
  readonly openStreams: number;
  /** Settles with each call that is running now. */
  readonly calls: readonly Promise<void>[];
}

interface Running {
  readonly exchange: Exchange;
  readonly sessionId: string | undefined;
  readonly finished: Promise<void>;
}

interface Scope {
  readonly deps: LegacyDeps;
  readonly feed: ChangeFeed;
  readonly running: Map<string, Running>;
  readonly streams: Map<ReplyChannel, string | undefined>;
}

export function legacyEra(deps: LegacyDeps, feed: ChangeFeed): LegacyEra {
  const scope: Scope = { deps, feed, running: new Map(), streams: new Map() };
  return {
    post: (inbound, message) => post(scope, inbound, message),
    stream: (inbound) => stream(scope, inbound),
    deleteSession: (inbound) => deleteSession(scope, inbound),
    deliverReply: (remote) => deliverReply(scope, remote),
    cancel: (cancelled) => void cancelRequest(scope, cancelled),
    closeStreams: () => endStreams(scope, () => true),
    cutOffCalls() {
      for (const { exchange } of [...scope.running.values()]) exchange.cutOff();
    },
    get openStreams() {
      return scope.streams.size;
    },
    get calls() {
      return [...scope.running.values()].map((one) => one.finished);
    },
  };
}

/** Can only be a request of this era: saves the SDK's look at it, which costs as much as the gate. */
export function isPlainLegacy({ request, surface }: Inbound, message: unknown): boolean {
  const version = header(request, 'mcp-protocol-version');
  const isOld = version === undefined || SUPPORTED_PROTOCOL_VERSIONS.includes(version);
  return isOld && plainRequest(message, surface, NO_KEYS) !== undefined;
}

async function post(scope: Scope, inbound: Inbound, message: unknown): Promise<void> {
  if (Array.isArray(message))
    return refuse(
      inbound.reply,
      400,
      RPC.invalidRequest,
      'JSON-RPC batches are not supported; send one message per request.',
    );
  const session = sessionOf(scope, inbound);
  if (session === 'refused') return;
  if (isRequest(message)) return serve(scope, inbound, session, message);
  const sessionId = session?.id;
  if (isNotification(message)) {
    if (message.method === 'notifications/cancelled' && sessionId !== undefined) {
      const requestId = message.params?.['requestId'] as RequestId | undefined;
      const isHere = cancelRequest(scope, { sessionId, requestId });
      if (!isHere) scope.deps.peers.cancel({ surfaceKey: inbound.surface.key, sessionId, requestId });
    }
  } else routeReply(scope, inbound.surface.key, sessionId, message as ClientReply);
  inbound.reply.code(202).send();
}

async function serve(
  scope: Scope,
  inbound: Inbound,
  session: KnownSession | undefined,
  message: JSONRPCRequest,
): Promise<void> {
  const { deps, running } = scope;
  const { surface, request, reply } = inbound;
  const isHandshake = message.method === 'initialize';
  // The SDK would call it an internal error.
  if (isHandshake && !isInitializeRequest(message))
    return refuse(reply, 200, RPC.invalidParams, BAD_HANDSHAKE, requestIdOf(message));
  const traceParent = header(request, 'traceparent');
  const caller = { era: 'legacy', ...callerOf(session), ...(traceParent ? { traceParent } : {}) } as const;
  const plain = plainRequest(message, surface, NO_KEYS);
  const product = plain ? undefined : buildServer(deps.info, surface, caller, deps.log);
  const channel = replyChannel(reply, {
    acceptsStream: acceptsStream(request),
    ...(isHandshake && product ? { headers: () => sessionHeader(deps, inbound, product.server) } : {}),
  });
  const { promise: finished, resolve } = Promise.withResolvers<void>();
  const exchange = openExchange({
    replica: deps.peers.replica,
    requestId: message.id,
    channel,
    encode: (json) =>
      isToolList(message) ? fillToolList(json, surface.listTools(session?.facts.clientInfo), 'legacy') : json,
    onFinished() {
      running.delete(exchange.id);
      resolve();
    },
  });
  running.set(exchange.id, { exchange, sessionId: session?.id, finished });
  if (plain) {
    const protocolVersion = caller.protocolVersion ?? DEFAULT_NEGOTIATED_PROTOCOL_VERSION;
    const answering = answerDirectly(exchange, plain, { ...deps, surface, caller: { ...caller, protocolVersion } });
    return Promise.race([answering, finished]);
  }
  await product?.connect(exchange);
  if (session && surface.asksClients && ASKING_METHODS.has(message.method)) {
    const { version, capabilities, clientInfo } = session.facts;
    await exchange.handshake({ protocolVersion: version, capabilities, clientInfo });
  }
  exchange.deliver(message);
  await finished;
}

function callerOf(
  session: KnownSession | undefined,
): Pick<CallerFacts, 'clientInfo' | 'protocolVersion' | 'conversation'> {
  if (!session) return {};
  const { clientInfo, version, nonce } = session.facts;
  return { clientInfo, protocolVersion: version, conversation: nonce };
}

/** A session id for a client whose handshake went well. */
function sessionHeader(
  deps: LegacyDeps,
  inbound: Inbound,
  server: ReturnType<typeof buildServer>['server'],
): Record<string, string> {
  const version = server.getNegotiatedProtocolVersion();
  const clientInfo = server.getClientVersion();
  if (version === undefined || clientInfo === undefined) return {};
  const session = newSession(version, clientInfo, { ...server.getClientCapabilities() });
  return { 'mcp-session-id': deps.sessions.seal(bindingOf(inbound), session) };
}

interface KnownSession {
  readonly id: string;
  readonly facts: Session;
}

/** The session a request names; a request without one is served too, as far as it needs none. */
function sessionOf(scope: Scope, inbound: Inbound): KnownSession | undefined | 'refused' {
  const { request, reply } = inbound;
  const version = header(request, 'mcp-protocol-version');
  if (version !== undefined && !SUPPORTED_PROTOCOL_VERSIONS.includes(version)) {
    refuse(
      reply,
      400,
      RPC.refused,
      `Unsupported protocol version. Supported: ${SUPPORTED_PROTOCOL_VERSIONS.join(', ')}`,
    );
    return 'refused';
  }
  const id = header(request, 'mcp-session-id');
  if (id === undefined) return undefined;
  const facts = scope.deps.sessions.open(bindingOf(inbound), id);
  if (facts) return { id, facts };
  refuse(reply, 404, RPC.unknownSession, 'Session not found. Connect again without a session id.');
  return 'refused';
}

function bindingOf(inbound: Inbound): string {
  return `${inbound.surface.key}\n${inbound.credential}`;
}

/** False when no such call runs here. */
function cancelRequest(scope: Scope, { sessionId, requestId }: Omit<RemoteCancel, 'surfaceKey'>): boolean {
  return cancelCalls(scope, (one) => one.sessionId === sessionId && one.exchange.requestId === requestId);
}

function cancelCalls(scope: Scope, matches: (one: Running) => boolean): boolean {
  const meant = [...scope.running.values()].filter(matches);
  for (const one of meant) one.exchange.cancel();
  return meant.length > 0;
}

interface Address {
  readonly replica: string;
  readonly exchangeId: string;
  readonly n: number;
}

/** Ids of our questions read `{replica}.{exchange}.{n}`. */
function addressOf(reply: ClientReply): Address | undefined {
  const [, replica, exchangeId, n] = /^(.+)\.([0-9a-f-]{36})\.(\d+)$/.exec(String(reply.id)) ?? [];
  return replica && exchangeId ? { replica, exchangeId, n: Number(n) } : undefined;
}

function routeReply(scope: Scope, surfaceKey: string, sessionId: string | undefined, reply: ClientReply): void {
  const remote = { surfaceKey, sessionId, reply };
  const replica = addressOf(reply)?.replica;
  if (replica === scope.deps.peers.replica) deliverReply(scope, remote);
  else if (replica) scope.deps.peers.forward(replica, remote);
}

/** The id comes from a client, so the answer counts only within the session that was asked. */
function deliverReply(scope: Scope, { sessionId, reply }: RemoteReply): void {
  const address = addressOf(reply);
  const one = address && scope.running.get(address.exchangeId);
  if (one && one.sessionId === sessionId) one.exchange.deliver({ ...reply, id: address.n } as JSONRPCMessage);
}

function stream(scope: Scope, inbound: Inbound): void {
  const session = sessionOf(scope, inbound);
  if (session === 'refused') return;
  const channel = replyChannel(inbound.reply, { acceptsStream: true });
  channel.open();
  const [oldest] = scope.streams.keys();
  if (oldest && scope.streams.size >= MAX_STREAMS) oldest.end();
  const unsubscribe = scope.feed.subscribe((kind) =>
    channel.push(JSON.stringify({ jsonrpc: '2.0', method: `notifications/${kind}/list_changed` })),
  );
  scope.streams.set(channel, session?.id);
  channel.onClose(() => {
    scope.streams.delete(channel);
    unsubscribe();
  });
}

function deleteSession(scope: Scope, inbound: Inbound): void {
  const session = sessionOf(scope, inbound);
  if (session === 'refused') return;
  if (session) {
    scope.deps.sessions.delete(session.id);
    endStreams(scope, (id) => id === session.id);
    cancelCalls(scope, (one) => one.sessionId === session.id);
    inbound.reply.code(204).send();
  } else refuse(inbound.reply, 400, RPC.refused, 'Name the session to delete in the Mcp-Session-Id header.');
}

function endStreams(scope: Scope, matches: (sessionId: string | undefined) => boolean): void {
  for (const [channel, sessionId] of [...scope.streams]) if (matches(sessionId)) channel.end();
}

function refuse(reply: FastifyReply, status: number, code: number, message: string, id: RequestId | null = null): void {
  reply
    .code(status)
    .type('application/json')
    .send(rpcError(code, message, id));
}

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function acceptsStream(request: FastifyRequest): boolean {
  const accept = request.headers.accept;
  return accept === undefined || accept.includes('text/event-stream') || accept.includes('*/*');
}

function isRequest(message: unknown): message is JSONRPCRequest {
  return isNotification(message) && 'id' in message;
}

function isNotification(message: unknown): message is JSONRPCNotification {
  return typeof message === 'object' && message !== null && 'method' in message;
}
