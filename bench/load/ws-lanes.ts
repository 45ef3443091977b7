import { WebSocket } from 'ws';
import { z } from 'zod';
import type { Lane, Lanes } from './lane.ts';
import type { WsAsk, WsTraffic } from './traffic.ts';

const message = z.looseObject({ type: z.string(), id: z.number().optional(), success: z.boolean().optional() });
type Message = z.infer<typeof message>;

interface Connection {
  /** The answer to one command. */
  send(command: Readonly<Record<string, unknown>>): Promise<Message>;
  /** Resolves when the home tells that state of that entity. */
  seen(entityId: string, state: string): Promise<void>;
  close(): void;
}

/** Commands over one socket as Home Assistant's own clients send them. */
export async function openWsLanes({ url, token, lanes }: WsTraffic): Promise<Lanes> {
  const connection = await open(url, token);
  const watched = lanes.filter((asks) => asks.some(({ seen }) => seen));
  // Nothing is told of a light that was as asked already: each lane begins where its last ask would have left it.
  for (const asks of watched) await connection.send(asks.at(-1)?.command ?? {});
  const entityIds = new Set(watched.flat().flatMap(({ seen }) => seen?.entityId ?? []));
  if (entityIds.size > 0) await connection.send({ type: 'subscribe_entities', entity_ids: [...entityIds] });
  return { all: lanes.map((asks) => lane(connection, asks)), [Symbol.dispose]: () => connection.close() };
}

function lane(connection: Connection, asks: readonly WsAsk[]): Lane {
  return {
    async ask(turn) {
      const one = asks[turn % asks.length];
      if (!one) return 'nothing to ask';
      const proof = one.seen && connection.seen(one.seen.entityId, one.seen.state);
      const answer = await connection.send(one.command);
      await proof;
      return answer.type === 'pong' || answer.success ? undefined : JSON.stringify(answer);
    },
  };
}

async function open(url: string, token: string): Promise<Connection> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/websocket`, { perMessageDeflate: false });
  const waiting = new Map<number, (answer: Message) => void>();
  const states = new Map<string, () => void>();
  const ready = Promise.withResolvers<void>();
  let lastId = 0;
  const post = (command: object) => socket.send(JSON.stringify({ ...command, id: ++lastId }));
  const take = (one: Message) => {
    if (one.type === 'auth_required') return socket.send(JSON.stringify({ type: 'auth', access_token: token }));
    if (one.type === 'auth_ok') {
      post({ type: 'supported_features', features: { coalesce_messages: 1 } });
      return ready.resolve();
    }
    if (one.type === 'auth_invalid') return ready.reject(new Error('the home refused the token'));
    if (one.type === 'event') return tell(states, one['event']);
    if (one.id === undefined) return;
    waiting.get(one.id)?.(one);
    waiting.delete(one.id);
  };
  socket.on('error', ready.reject);
  socket.on('message', (data) => {
    const value: unknown = JSON.parse(data.toString());
    for (const one of [value].flat()) take(one as Message);
  });
  await ready.promise;
  return {
    send(command) {
      const { promise, resolve } = Promise.withResolvers<Message>();
      post(command);
      waiting.set(lastId, resolve);
      return promise;
    },
    seen: (entityId, state) => new Promise((resolve) => states.set(`${entityId} ${state}`, resolve)),
    close: () => socket.terminate(),
  };
}

/** An event of `subscribe_entities`. Source: HA `websocket_api/messages.py`. */
function tell(states: Map<string, () => void>, event: unknown): void {
  const { c: changed = {} } = event as { c?: Record<string, { '+'?: { s?: string } }> };
  for (const [entityId, change] of Object.entries(changed)) {
    const key = `${entityId} ${change['+']?.s}`;
    states.get(key)?.();
    states.delete(key);
  }
}
