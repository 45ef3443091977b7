import { once } from 'node:events';
import { WebSocket } from 'ws';
import { isRecord, type Json, jsonOf, recordOf } from '../read.ts';
import { type SimulatedHomeOptions, startSimulatedHome } from '../simulated-home.ts';

export interface TestClient extends AsyncDisposable {
  /** Every message in order, arrays of a coalesced frame taken apart. */
  readonly messages: Json[];
  readonly frames: string[];
  readonly socket: WebSocket;
  /** Sends with the next id and gives the answer. */
  ask(type: string, fields?: Json): Promise<Json>;
  /** The result of an ask that must succeed. */
  result(type: string, fields?: Json): Promise<unknown>;
  /** The first message, past or to come, that fits. */
  until(fits: (message: Json) => boolean): Promise<Json>;
  /** The first event of a subscription, past or to come, that fits. */
  event(id: number, fits?: (event: Json) => boolean): Promise<Json>;
  lastId(): number;
}

/** A raw client of one home: no library between the test and the wire. */
export async function connect(url: string, token: string): Promise<TestClient> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/websocket`);
  const messages: Json[] = [];
  const frames: string[] = [];
  const waiting = new Set<() => void>();
  socket.on('message', (data: Buffer) => {
    frames.push(data.toString());
    const parsed = jsonOf(data.toString());
    messages.push(...(Array.isArray(parsed) ? parsed : [parsed]).filter(isRecord));
    for (const look of waiting) look();
  });
  const until = (fits: (message: Json) => boolean) =>
    new Promise<Json>((resolve) => {
      const look = () => {
        const found = messages.find(fits);
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  let id = 0;
  const ask = (type: string, fields: Json = {}) => {
    id += 1;
    const own = id;
    socket.send(JSON.stringify({ id: own, type, ...fields }));
    return until((message) => message['id'] === own && message['type'] !== 'event');
  };
  await once(socket, 'open');
  await until(({ type }) => type === 'auth_required');
  socket.send(JSON.stringify({ type: 'auth', access_token: token }));
  await until(({ type }) => type === 'auth_ok' || type === 'auth_invalid');
  return {
    messages,
    frames,
    socket,
    ask,
    until,
    async result(type, fields) {
      const answer = await ask(type, fields);
      if (answer['success'] !== true) throw new Error(JSON.stringify(answer));
      return answer['result'];
    },
    async event(of, fits = () => true) {
      const isIt = (message: Json) =>
        message['id'] === of && message['type'] === 'event' && fits(recordOf(message['event']));
      return recordOf((await until(isIt))['event']);
    },
    lastId: () => id,
    async [Symbol.asyncDispose]() {
      socket.terminate();
    },
  };
}

export interface TestHome extends AsyncDisposable {
  readonly home: Awaited<ReturnType<typeof startSimulatedHome>>;
  readonly client: TestClient;
  rest(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown; headers: Headers }>;
}

/** A home of its own for one test, with one client. */
export async function testHome(options: SimulatedHomeOptions = {}): Promise<TestHome> {
  const home = await startSimulatedHome(options);
  const client = await connect(home.url, home.token);
  return {
    home,
    client,
    async rest(method, path, body) {
      const init = { method, headers: { authorization: `Bearer ${home.token}` } };
      const sent =
        body === undefined ? init : { ...init, body: typeof body === 'string' ? body : JSON.stringify(body) };
      const response = await fetch(home.url + path, sent);
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
      return { status: response.status, body: isJson ? jsonOf(text) : text, headers: response.headers };
    },
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await home.close();
    },
  };
}
