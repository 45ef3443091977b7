import type { Socket } from 'node:net';
import { Fault } from '@hub/core/fault.ts';
import { WebSocket } from 'ws';
import { z } from 'zod';
import type { Command } from './home.ts';

/** Home Assistant refuses larger frames from a client with close code 1009. Source: aiohttp `max_msg_size`. */
const MAX_SENT_BYTES = 4 * 1024 * 1024;
const MAX_RECEIVED_BYTES = 256 * 1024 * 1024;
const AUTH_MS = 10_000;
const LOOK_EVERY_MS = 1_000;
const PING_AFTER_MS = 5_000;
/** Silence after which what we know of the home no longer counts as fresh, and after which the link is given up. */
const SILENT_AFTER_MS = 10_000;
const DEAD_AFTER_MS = 30_000;
const GOODBYE_MS = 1_000;

export interface SocketOptions {
  readonly url: URL;
  readonly token: string;
  readonly headers: Readonly<Record<string, string>>;
  /** An open, verified connection. */
  readonly connection: Socket;
  /** Called once, when the socket is gone and every pending command was told so. */
  onLost(): void;
  /** Nothing came for 10 s although we asked; and back. */
  onSilence(isSilent: boolean): void;
  /** A listener of an event or answer threw; the link ends. */
  onBug(error: unknown): void;
}

export interface PendingCommand {
  resolve(result: unknown): void;
  /** With the `error` of Home Assistant's answer, as it came. */
  reject(error: unknown): void;
  lost(): void;
  /** Set for subscriptions: stays after the result. */
  readonly onEvent?: ((event: unknown) => void) | undefined;
}

/** One authenticated WebSocket; dies once and for all. */
export interface HaSocket {
  readonly haVersion: string;
  readonly isOpen: boolean;
  /** Allocates the id and hands the frame over in the same tick. @throws Fault VALIDATION_FAILED above 4 MiB, WEBSOCKET_DISCONNECTED when closed */
  send(command: Command, pending: PendingCommand): number;
  /** No answer or event of this id is wanted any more. */
  forget(id: number): void;
  close(): void;
  /** Resolves when the socket is gone. */
  readonly closed: Promise<void>;
}

const messageSchema = z.looseObject({ type: z.string(), id: z.number().optional() });

type Message = z.infer<typeof messageSchema>;

/** @throws Fault AUTH_INVALID_TOKEN (refused: do not try again), CONNECTION_FAILED, CONNECTION_TIMEOUT, WEBSOCKET_NOT_AUTHENTICATED */
export async function openSocket(options: SocketOptions): Promise<HaSocket> {
  const { url, connection } = options;
  const ws = new WebSocket(`${url.protocol === 'https:' ? 'wss' : 'ws'}://${url.host}/api/websocket`, {
    headers: options.headers,
    createConnection: () => connection,
    // A compressor that remembers costs 256 kB per home; ours sends little.
    perMessageDeflate: url.protocol === 'https:' ? { clientNoContextTakeover: true } : false,
    maxPayload: MAX_RECEIVED_BYTES,
    handshakeTimeout: AUTH_MS,
    followRedirects: false,
  });
  try {
    return await authenticate(ws, options);
  } catch (error) {
    ws.removeAllListeners();
    ws.on('error', () => undefined);
    ws.terminate();
    throw error;
  }
}

function authenticate(ws: WebSocket, options: SocketOptions): Promise<HaSocket> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Fault('CONNECTION_TIMEOUT', `The home did not finish signing in within ${AUTH_MS / 1_000} s.`)),
      AUTH_MS,
    );
    const fail = (error: Fault) => {
      clearTimeout(timer);
      reject(error);
    };
    ws.on('error', (cause) => fail(notOpened(cause)));
    ws.on('close', () =>
      fail(new Fault('WEBSOCKET_NOT_AUTHENTICATED', 'The home closed the connection while signing in.')),
    );
    ws.on('unexpected-response', (_request, response) => {
      response.resume();
      fail(handshakeFault(response.statusCode ?? 0));
    });
    ws.on('message', (data) => {
      const message = parse(data.toString())[0];
      if (message?.type === 'auth_required') ws.send(JSON.stringify({ type: 'auth', access_token: options.token }));
      else if (message?.type === 'auth_ok') {
        clearTimeout(timer);
        // In the same tick, so that nothing that follows in the same packet meets a socket without listeners.
        ws.removeAllListeners();
        resolve(running(ws, String(message['ha_version'] ?? ''), options));
      } else fail(message?.type === 'auth_invalid' ? tokenRefused() : notHomeAssistant());
    });
  });
}

function running(ws: WebSocket, haVersion: string, { onLost, onSilence, onBug }: SocketOptions): HaSocket {
  const pending = new Map<number, PendingCommand>();
  const { promise: closed, resolve: onClosed } = Promise.withResolvers<void>();
  let lastId = 0;

  const nextFrame = (command: Command) => JSON.stringify({ ...command, id: lastId + 1 });
  /** For what needs no answer. */
  const post = (command: Command): void => {
    const text = nextFrame(command);
    lastId++;
    ws.send(text);
  };
  const strays = new Set<number>();
  const onStray = (id: number) => {
    if (strays.has(id) || ws.readyState !== WebSocket.OPEN) return;
    strays.add(id);
    post({ type: 'unsubscribe_events', subscription: id });
  };
  const heartbeat = startHeartbeat(ws, () => post({ type: 'ping' }), onSilence);

  ws.on('message', (data) => {
    heartbeat.onFrame();
    try {
      for (const message of parse(data.toString())) dispatch(pending, message, onStray);
    } catch (error) {
      // A bug in a listener may cost this home its link, never the process its life.
      onBug(error);
      ws.terminate();
    }
  });
  ws.on('error', () => ws.terminate());
  ws.on('close', () => {
    heartbeat.stop();
    const unanswered = [...pending.values()];
    pending.clear();
    for (const one of unanswered) one.lost();
    onClosed();
    onLost();
  });
  // Source: HA `websocket_api/commands.py` supported_features; allows arrays of messages in one frame.
  post({ type: 'supported_features', features: { coalesce_messages: 1 } });

  return {
    haVersion,
    get isOpen() {
      return ws.readyState === WebSocket.OPEN;
    },
    send(command, one) {
      if (ws.readyState !== WebSocket.OPEN) throw new Fault('WEBSOCKET_DISCONNECTED', 'The link to the home was lost.');
      const text = nextFrame(command);
      assertSize(command, text);
      const id = ++lastId;
      pending.set(id, one);
      ws.send(text);
      return id;
    },
    forget: (id) => void pending.delete(id),
    close() {
      if (ws.readyState !== WebSocket.OPEN) return ws.terminate();
      ws.close();
      // A home that hangs does not say goodbye, and whoever closes waits for the end.
      setTimeout(() => ws.terminate(), GOODBYE_MS).unref();
    },
    closed,
  };
}

interface Heartbeat {
  onFrame(): void;
  stop(): void;
}

/** Asks after 5 s of silence and gives up after 30 s: a line that was cut says nothing for a quarter of an hour. */
function startHeartbeat(ws: WebSocket, ping: () => void, onSilence: (isSilent: boolean) => void): Heartbeat {
  let lastFrameAt = performance.now();
  let lastPingAt = lastFrameAt;
  let isSilent = false;
  const look = () => {
    const now = performance.now();
    const silentMs = now - lastFrameAt;
    if (silentMs > DEAD_AFTER_MS) return ws.terminate();
    if (silentMs > SILENT_AFTER_MS && !isSilent) {
      isSilent = true;
      onSilence(true);
    }
    if (silentMs < PING_AFTER_MS || now - lastPingAt < PING_AFTER_MS || ws.readyState !== WebSocket.OPEN) return;
    lastPingAt = now;
    ping();
  };
  const interval = setInterval(look, LOOK_EVERY_MS);
  interval.unref();
  return {
    onFrame() {
      lastFrameAt = performance.now();
      if (!isSilent) return;
      isSilent = false;
      onSilence(false);
    },
    stop: () => clearInterval(interval),
  };
}

function assertSize(command: Command, text: string): void {
  if (text.length * 3 <= MAX_SENT_BYTES || Buffer.byteLength(text) <= MAX_SENT_BYTES) return;
  throw new Fault(
    'VALIDATION_FAILED',
    `${command.type} is larger than the 4 MiB that Home Assistant takes in one message.`,
    { suggestion: 'Split it.' },
  );
}

/** First answer per id wins; answers nobody waits for are dropped, events nobody wants are called off. */
function dispatch(pending: Map<number, PendingCommand>, message: Message, onStray: (id: number) => void): void {
  const { id, type } = message;
  if (id === undefined) return;
  const one = pending.get(id);
  if (type === 'event') {
    if (one?.onEvent) one.onEvent(message['event']);
    else onStray(id);
    return;
  }
  if (!one || (type !== 'result' && type !== 'pong')) return;
  const isSuccess = type === 'pong' || message['success'] === true;
  if (!one.onEvent || !isSuccess) pending.delete(id);
  if (isSuccess) one.resolve(message['result']);
  else one.reject(message['error']);
}

/** One frame: a message or an array of them; garbage is no message. */
function parse(text: string): Message[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  return [value].flat().filter(isMessage);
}

/** By hand: this runs for every event of every home. */
function isMessage(value: unknown): value is Message {
  if (typeof value !== 'object' || value === null || !('type' in value) || typeof value.type !== 'string') return false;
  return !('id' in value) || typeof value.id === 'number';
}

/** The one text for a credential that the home does not take. */
export function tokenRefused(): Fault {
  return new Fault('AUTH_INVALID_TOKEN', 'Home Assistant refused the token of this home.', {
    suggestion: 'Make a new long-lived access token there and store it: hub homes set NAME --token',
  });
}

/** HTTP 403 before any credential was looked at. */
export function addressRefused(): Fault {
  return new Fault(
    'AUTH_INVALID_TOKEN',
    "The home answers 403: this hub's address is banned there, or a proxy refuses it.",
    {
      suggestion:
        'Remove the address from ip_bans.yaml of that Home Assistant and restart it, or let the proxy pass the hub.',
      context: { status: 403 },
    },
  );
}

function notOpened(cause?: unknown, status?: number): Fault {
  const text =
    status === undefined
      ? 'The home did not open its WebSocket.'
      : `The home answered the WebSocket request with HTTP ${status}.`;
  return new Fault('CONNECTION_FAILED', text, {
    suggestion: 'Check that the address leads to Home Assistant itself, and that a proxy before it passes WebSockets.',
    ...(status === undefined ? {} : { context: { status } }),
    cause,
  });
}

function handshakeFault(status: number): Fault {
  return status === 403 ? addressRefused() : notOpened(undefined, status);
}

function notHomeAssistant(): Fault {
  return new Fault(
    'WEBSOCKET_NOT_AUTHENTICATED',
    'What answers at this address does not speak as Home Assistant does.',
    { suggestion: 'Check the address of the home.' },
  );
}
