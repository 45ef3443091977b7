import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

interface Message {
  readonly id: number;
  readonly type: string;
  readonly [key: string]: unknown;
}

interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ScriptedHome extends AsyncDisposable {
  readonly url: string;
  /** Every command that arrived, in order, over all sockets. */
  readonly received: readonly Message[];
  readonly sockets: ReadonlySet<WebSocket>;
  /** Sign-ins that were tried. */
  readonly logins: number;
  /** How a command is answered; return undefined to stay silent. Set before linking. */
  answer: (message: Message, socket: WebSocket) => unknown;
  /** What `get_config` says. */
  state: string;
  /** How the next sign-ins are answered. */
  onAuth: 'ok' | 'refuse' | 'garbage' | 'silent';
  /** HTTP status of the WebSocket request. */
  handshakeStatus: number;
  /** What GET /manifest.json says. */
  manifest: unknown;
  /** How anything else over HTTP is answered; with a content-length beyond the body the connection breaks off. */
  http: (request: IncomingMessage) => HttpAnswer;
  /** Cuts every socket without a goodbye. */
  cut(): void;
}

/** A server that behaves as badly as a test wants, which a well-behaved simulated home cannot. */
export async function startScriptedHome(): Promise<ScriptedHome> {
  const received: Message[] = [];
  const sockets = new Set<WebSocket>();
  let logins = 0;
  const http: Server = createServer((request, response) => {
    const isManifest = request.url === '/manifest.json';
    const { status, headers, body } = isManifest
      ? { status: 200, headers: {}, body: JSON.stringify(home.manifest) }
      : home.http(request);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    if (headers?.['content-length'] === undefined) response.end(body);
    else response.write(body, () => response.destroy());
  });
  const ws = new WebSocketServer({ noServer: true });
  http.on('upgrade', (request, socket, head) => {
    if (home.handshakeStatus !== 101) {
      socket.end(`HTTP/1.1 ${home.handshakeStatus} No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
      return;
    }
    ws.handleUpgrade(request, socket, head, (client) => {
      sockets.add(client);
      client.on('close', () => sockets.delete(client));
      client.on('error', () => undefined);
      client.send(JSON.stringify({ type: 'auth_required', ha_version: '2026.11.0' }));
      client.once('message', () => {
        logins++;
        if (home.onAuth === 'garbage') client.send('{"type":');
        if (home.onAuth === 'refuse') {
          client.send(JSON.stringify({ type: 'auth_invalid', message: 'no' }));
          client.close();
        }
        if (home.onAuth === 'ok') {
          client.send(JSON.stringify({ type: 'auth_ok', ha_version: '2026.11.0' }));
          client.on('message', (data) => take(client, JSON.parse(data.toString()) as Message));
        }
      });
    });
  });

  function take(client: WebSocket, message: Message): void {
    received.push(message);
    const builtIn: Record<string, unknown> = {
      'auth/current_user': { id: 'u', is_admin: true, is_owner: true },
      get_config: {
        state: home.state,
        components: ['light'],
        time_zone: 'Europe/Amsterdam',
        location_name: 'Scripted',
      },
      supported_features: null,
    };
    const own = home.answer(message, client);
    const result = own === undefined ? builtIn[message.type] : own;
    if (result !== undefined) client.send(JSON.stringify({ id: message.id, type: 'result', success: true, result }));
  }

  const home: ScriptedHome = {
    url: '',
    received,
    sockets,
    get logins() {
      return logins;
    },
    answer: () => undefined,
    state: 'RUNNING',
    onAuth: 'ok',
    handshakeStatus: 101,
    manifest: { name: 'Home Assistant' },
    http: () => ({ status: 404, body: '{}' }),
    cut: () => {
      for (const client of sockets) client.terminate();
    },
    async [Symbol.asyncDispose]() {
      for (const client of sockets) client.terminate();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return Object.defineProperty(home, 'url', { value: `http://127.0.0.1:${(http.address() as AddressInfo).port}` });
}
