import { setTimeout as wait } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { type Call, checkKeys, JsonText } from './command.ts';
import { commands } from './commands.ts';
import type { HomeModel } from './home-model.ts';
import type { Mood } from './misbehaviour.ts';
import { isRecord, type Json, jsonOf, numberOf, recordOf, textOf } from './read.ts';
import { Refusal } from './refusal.ts';

const authTimeoutMs = 10_000;

export interface Door {
  readonly version: string;
  readonly mood: Mood;
  readonly latencyMs: number;
  find(token: string): HomeModel | undefined;
  /** Told of every command of a client right before it is carried out. */
  readonly heard?: ((home: HomeModel, message: Json) => Promise<unknown> | undefined) | undefined;
}

interface Client {
  readonly socket: WebSocket;
  readonly door: Door;
  readonly stops: Map<number, () => void>;
  readonly queue: string[];
  home: HomeModel | undefined;
  lastId: number;
  isCoalescing: boolean;
}

function parse(data: string): unknown {
  try {
    return jsonOf(data);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A frame that promises 200 bytes and brings 20; then the connection is gone. */
function cutOff(socket: WebSocket): void {
  const raw: unknown = Reflect.get(socket, '_socket');
  const write: unknown = isRecord(raw) ? Reflect.get(raw, 'write') : undefined;
  if (typeof write === 'function')
    Reflect.apply(write, raw, [Buffer.concat([Buffer.from([0x81, 126, 0, 200]), Buffer.alloc(20, '{')])]);
  setImmediate(() => socket.terminate());
}

function put(client: Client, text: string): void {
  const { socket, queue } = client;
  const { garbage, closeMidFrame, hang } = client.door.mood.now;
  if (hang !== undefined && hang !== false) return;
  if (closeMidFrame === true) cutOff(socket);
  else if (garbage === true) socket.send('{"id": 1, "type": "resu');
  else if (!client.isCoalescing) socket.send(text);
  else if (queue.push(text) === 1) setImmediate(() => flush(client));
}

/** Everything said in one turn goes out as one frame, as Home Assistant does. */
function flush({ socket, queue }: Client): void {
  const texts = queue.splice(0);
  socket.send(texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(',')}]`);
}

function jsonText(value: unknown): string {
  return value instanceof JsonText ? value.text : JSON.stringify(value ?? null);
}

function putError(client: Client, id: number, { code, message, extra }: Refusal): void {
  put(client, JSON.stringify({ id, type: 'result', success: false, error: { code, message, ...extra } }));
}

async function run(client: Client, home: HomeModel, id: number, message: Json): Promise<void> {
  const type = textOf(message['type']);
  if (type === 'ping') return put(client, JSON.stringify({ id, type: 'pong' }));
  const afters: (() => unknown)[] = [];
  const call: Call = {
    home,
    message,
    emit: (event) => put(client, `{"id":${id},"type":"event","event":${jsonText(event)}}`),
    keep: (stop) => void client.stops.set(id, stop),
    after: (act) => void afters.push(act),
    drop: (subscription) => {
      const key = numberOf(subscription, -1);
      client.stops.get(key)?.();
      return client.stops.delete(key);
    },
  };
  const command = commands.get(type);
  if (command === undefined) return putError(client, id, new Refusal('unknown_command', 'Unknown command.'));
  checkKeys(command.keys, message, ['id', 'type']);
  if (type === 'supported_features') {
    client.isCoalescing = recordOf(message['features'])['coalesce_messages'] === 1;
  }
  const telling = client.door.heard?.(home, message);
  if (telling) await telling;
  const result = command.run(call);
  const value = result instanceof Promise ? await result : result;
  put(client, `{"id":${id},"type":"result","success":true,"result":${jsonText(value)}}`);
  for (const act of afters) act();
}

async function receive(client: Client, home: HomeModel, message: unknown): Promise<void> {
  const record = recordOf(message);
  const id = numberOf(record['id'], 0);
  if (!Number.isInteger(id) || id < 1 || typeof record['type'] !== 'string') {
    return putError(client, id, new Refusal('invalid_format', 'Message incorrectly formatted.'));
  }
  if (id <= client.lastId) return putError(client, id, new Refusal('id_reuse', 'Identifier values have to increase.'));
  client.lastId = id;
  const delayMs = Math.max(client.door.latencyMs, client.door.mood.now.slowMs ?? 0);
  if (delayMs > 0) await wait(delayMs, undefined, { ref: false });
  try {
    await run(client, home, id, record);
  } catch (error) {
    // As Home Assistant: a bug in a handler is an answer, not the end of the home.
    const refusal = error instanceof Refusal ? error : new Refusal('unknown_error', String(error));
    putError(client, id, refusal);
  }
}

function authenticate(client: Client, message: unknown): void {
  const { socket, door } = client;
  const record = recordOf(message);
  const token = record['type'] === 'auth' ? textOf(record['access_token']) : '';
  const isRefused = door.mood.now.refuseToken === true;
  client.home = isRefused ? undefined : door.find(token);
  if (client.home !== undefined) {
    socket.send(JSON.stringify({ type: 'auth_ok', ha_version: door.version }));
    return;
  }
  socket.send(JSON.stringify({ type: 'auth_invalid', message: 'Invalid access token or password' }));
  socket.close();
}

/** Speaks Home Assistant's WebSocket protocol with one client until it leaves. Source: HA `components/websocket_api`. */
export function serveClient(socket: WebSocket, door: Door): void {
  const base = { socket, door, stops: new Map<number, () => void>(), queue: [] };
  const client: Client = { ...base, home: undefined, lastId: 0, isCoalescing: false };
  const late = setTimeout(() => client.home === undefined && socket.close(), authTimeoutMs);
  late.unref();
  socket.on('message', (data: Buffer) => {
    if (door.mood.now.hang === true) return;
    const message = parse(data.toString());
    const { home } = client;
    if (home === undefined) return authenticate(client, Array.isArray(message) ? message[0] : message);
    if (message === undefined) return socket.close(1003);
    for (const one of Array.isArray(message) ? message : [message]) void receive(client, home, one);
  });
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    clearTimeout(late);
    for (const stop of client.stops.values()) stop();
  });
  if (door.mood.now.hang !== true) socket.send(JSON.stringify({ type: 'auth_required', ha_version: door.version }));
}
