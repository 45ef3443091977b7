import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import { type Door, serveClient } from './protocol.ts';
import { answerRest, banned, openAnswer, sendAnswer, unauthorized } from './rest.ts';

const mostFrameBytes = 4 * 1024 * 1024;

async function handle(door: Door, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { hang, ban, refuseToken, slowMs = 0, garbage } = door.mood.now;
  if (hang !== undefined && hang !== false) return;
  if (ban === true) return sendAnswer(response, banned);
  const delayMs = Math.max(door.latencyMs, slowMs);
  if (delayMs > 0) await wait(delayMs, undefined, { ref: false });
  const host = request.headers.host ?? 'localhost';
  const url = new URL(request.url ?? '/', `http://${host}`);
  const open = openAnswer(url.pathname);
  if (open !== undefined) return sendAnswer(response, open);
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  const home = refuseToken === true || token === undefined ? undefined : door.find(token);
  if (!url.pathname.startsWith('/api')) return sendAnswer(response, { status: 404, body: '404: Not Found' });
  if (home === undefined) return sendAnswer(response, unauthorized(host));
  if (garbage === true)
    return sendAnswer(response, {
      status: 200,
      body: '{"state": "unfin',
      headers: { 'content-type': 'application/json' },
    });
  sendAnswer(response, await answerRest(home, request, url));
}

/** TCP connections of any kind. */
export interface SocketCount {
  readonly open: number;
  /** Open at once since this was last asked. */
  readonly most: number;
}

export interface Listening {
  readonly url: string;
  connections(): number;
  sockets(): SocketCount;
  disconnectAll(): void;
  close(): Promise<void>;
}

async function listen(server: Server, port: number, host: string): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** Serves homes on one port; which home is meant, the token says. @throws the system's error when the port is taken */
export async function listenForHomes(door: Door, port: number, host: string): Promise<Listening> {
  const server = createServer((request, response) => {
    handle(door, request, response).catch((error: unknown) => {
      sendAnswer(response, { status: 500, body: `500: Internal Server Error: ${String(error)}` });
    });
  });
  const sockets = new WebSocketServer({ noServer: true, maxPayload: mostFrameBytes });
  server.on('upgrade', (request, socket, head) => {
    if (door.mood.now.ban === true) return void socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
    if (request.url !== '/api/websocket') return void socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
    sockets.handleUpgrade(request, socket, head, (client) => serveClient(client, door));
  });
  let [open, most] = [0, 0];
  server.on('connection', (socket) => {
    most = Math.max(most, ++open);
    socket.once('close', () => open--);
  });
  const bound = await listen(server, port, host);
  const disconnectAll = () => {
    for (const client of sockets.clients) client.terminate();
  };
  return {
    url: `http://${host}:${bound}`,
    connections: () => sockets.clients.size,
    sockets() {
      const count = { open, most };
      most = open;
      return count;
    },
    disconnectAll,
    async close() {
      disconnectAll();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
