import type { Socket } from 'node:net';
import { Fault } from '@hub/core/fault.ts';
import { WebSocket } from 'ws';
import { z } from 'zod';
import type { Command } from './home.ts';

/** HA refuses larger frames from a client with close code 1009. Source: aiohttp `max_msg_size`. */
const MAX_SENT_BYTES = 4 * 1024 * 1024;
const MAX_RECEIVED_BYTES = 256 * 1024 * 1024;
const AUTH_MS = 10_000;
/** Silence after which we ask, and after which the link counts as dead. */
const PING_AFTER_MS = 5_000;
const DEAD_AFTER_MS = 10_000;

export interface SocketOptions {
  readonly url: URL;
  readonly token: string;
  readonly headers: Readonly<Record<string, string>>;
  /** An open, verified connection. */
  readonly connection: Socket;
}

export interface PendingCommand {
  resolve(result: unknown): void;
  reject(error: { readonly code: string; readonly message: string }): void;
  /** Set for subscriptions: stays after the result. */
  readonly onEvent?: ((event: unknown) => void) | undefined;
}

/** One authenticated WebSocket; dies once and for all. */
export interface HaSocket {
  readonly haVersion: string;
  /** Allocates the id and sends in the same tick. @throws Fault VALIDATION_FAILED above 4 MiB, WEBSOCKET_DISCONNECTED when closed */
  send(command: Command, pending: PendingCommand): number;
  /** No answer or event of this id is wanted any more. */
  forget(id: number): void;
  close(): void;
  /** Resolves when the socket is gone, after every pending command was given up. */
  readonly closed: Promise<void>;
  /** Ids nobody has answered; read by the link when the socket dies. */
  onLost: (() => void) | undefined;
}

const messageSchema = z.looseObject({ type: z.string(), id: z.number().optional() });

type Message = z.infer<typeof messageSchema>;

/** @throws Fault AUTH_INVALID_TOKEN (refused: do not try again), CONNECTION_FAILED, WEBSOCKET_NOT_AUTHENTICATED */
export async function openSocket(options: SocketOptions): Promise<HaSocket> {
  const { url, connection } = options;
  const ws = new WebSocket(`${url.protocol === 'https:' ? 'wss' : 'ws'}://${url.host}/api/websocket`, {
    headers: options.headers,
    createConnection: () => connection,
    perMessageDeflate: url.protocol === 'https:',
    maxPayload: MAX_RECEIVED_BYTES,
    handshakeTimeout: AUTH_MS,
    followRedirects: false,
  });
  try {
    const haVersion = await authenticate(ws, options.token);
    return running(ws, haVersion);
  } catch (error) {
    ws.on('error', () => undefined);
    ws.terminate();
    throw error;
  }
}

function authenticate(ws: WebSocket, token: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Fault('CONNECTION_TIMEOUT', `The home did not finish signing in within ${AUTH_MS / 1_000} s.`)),
      AUTH_MS,
    );
    const fail = (error: unknown) => {
      clearTimeout(timer);
      reject(error);
    };
    ws.once('error', (cause) =>
      fail(
        new Fault('CONNECTION_FAILED', 'The home did not open its WebSocket.', {
          suggestion:
            'Check that the address leads to Home Assistant itself, and that a proxy before it passes WebSockets.',
          cause,
        }),
      ),
    );
    ws.once('close', () =>
      fail(new Fault('WEBSOCKET_NOT_AUTHENTICATED', 'The home closed the connection while signing in.')),
    );
    ws.once('unexpected-response', (_request, response) => {
      response.resume();
      fail(handshakeFault(response.statusCode ?? 0));
    });
    ws.on('message', function onMessage(data) {
      const message = parse(data.toString())[0];
      if (message?.type === 'auth_required') ws.send(JSON.stringify({ type: 'auth', access_token: token }));
      else if (message?.type === 'auth_ok') {
        clearTimeout(timer);
        ws.removeAllListeners();
        resolve(String(message['ha_version'] ?? ''));
      } else {
        ws.off('message', onMessage);
        fail(
          message?.type === 'auth_invalid'
            ? new Fault('AUTH_INVALID_TOKEN', 'Home Assistant refused the token of this home.', {
                suggestion: 'Make a new long-lived access token there and store it: hub homes set NAME --token',
              })
            : new Fault(
                'WEBSOCKET_NOT_AUTHENTICATED',
                'What answers at this address does not speak as Home Assistant does.',
                { suggestion: 'Check the address of the home.' },
              ),
        );
      }
    });
  });
}

function handshakeFault(status: number): Fault {
  if (status === 403) {
    return new Fault(
      'AUTH_INVALID_TOKEN',
      'The home answers 403: this hub’s address is banned there, or a proxy refuses it.',
      {
        suggestion:
          'Remove the address from ip_bans.yaml of that Home Assistant and restart it, or let the proxy pass the hub.',
        context: { status },
      },
    );
  }
  return new Fault('CONNECTION_FAILED', `The home answered the WebSocket request with HTTP ${status}.`, {
    suggestion: 'Check that the address leads to Home Assistant itself, and that a proxy before it passes WebSockets.',
    context: { status },
  });
}

function running(ws: WebSocket, haVersion: string): HaSocket {
  const pending = new Map<number, PendingCommand>();
  const { promise: closed, resolve: onClosed } = Promise.withResolvers<void>();
  let lastId = 0;
  let lastFrameAt = performance.now();
  let isOpen = true;

  const write = (command: Command): number => {
    const id = ++lastId;
    ws.send(JSON.stringify({ ...command, id }));
    return id;
  };
  const heartbeat = setInterval(() => {
    const silentMs = performance.now() - lastFrameAt;
    if (silentMs > DEAD_AFTER_MS) ws.terminate();
    else if (silentMs > PING_AFTER_MS) write({ type: 'ping' });
  }, PING_AFTER_MS / 2);
  heartbeat.unref();

  ws.on('message', (data) => {
    lastFrameAt = performance.now();
    for (const message of parse(data.toString())) dispatch(pending, message);
  });
  ws.on('error', () => ws.terminate());
  ws.on('close', () => {
    isOpen = false;
    clearInterval(heartbeat);
    pending.clear();
    onClosed();
    socket.onLost?.();
  });
  // Source: HA `websocket_api/commands.py` supported_features; allows arrays of messages in one frame.
  write({ type: 'supported_features', features: { coalesce_messages: 1 } });

  const socket: HaSocket = {
    haVersion,
    onLost: undefined,
    send(command, one) {
      if (!isOpen || ws.readyState !== WebSocket.OPEN)
        throw new Fault('WEBSOCKET_DISCONNECTED', 'The link to the home was lost.');
      const id = lastId + 1;
      const text = JSON.stringify({ ...command, id });
      if (text.length * 3 > MAX_SENT_BYTES && Buffer.byteLength(text) > MAX_SENT_BYTES) {
        throw new Fault(
          'VALIDATION_FAILED',
          `${command.type} is larger than the 4 MiB that Home Assistant takes in one message.`,
          { suggestion: 'Split it.' },
        );
      }
      lastId = id;
      pending.set(id, one);
      ws.send(text);
      return id;
    },
    forget: (id) => void pending.delete(id),
    close: () => (ws.readyState === WebSocket.OPEN ? ws.close() : ws.terminate()),
    closed,
  };
  return socket;
}

/** First answer per id wins; an unknown id is an answer nobody waits for any more. */
function dispatch(pending: Map<number, PendingCommand>, message: Message): void {
  if (message.id === undefined) return;
  const one = pending.get(message.id);
  if (!one) return;
  if (message.type === 'event') {
    one.onEvent?.(message['event']);
    return;
  }
  if (message.type !== 'result') return;
  if (!one.onEvent || message['success'] !== true) pending.delete(message.id);
  if (message['success'] === true) one.resolve(message['result']);
  else one.reject(message['error'] as { code: string; message: string });
}

/** One frame: a message or an array of them; garbage is no message. */
function parse(text: string): Message[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  return [value]
    .flat()
    .filter(
      (one): one is Message => typeof one === 'object' && one !== null && 'type' in one && typeof one.type === 'string',
    );
}
