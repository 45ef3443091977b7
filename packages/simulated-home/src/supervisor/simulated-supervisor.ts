import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { WebSocket } from 'ws';
import { type Json, jsonOf, recordOf } from '../read.ts';
import { answerIngress } from './ingress.ts';
import { createSupervisorModel, type SupervisorModel } from './supervisor-model.ts';
import { answerSupervisor, SupervisorRefusal, supervisorText } from './supervisor-routes.ts';

export interface SimulatedSupervisor extends AsyncDisposable {
  /** `127.0.0.1:41234`: what Home Assistant takes as SUPERVISOR. */
  readonly host: string;
  readonly model: SupervisorModel;
  /**
   * Tells Home Assistant's socket for the Supervisor (SUPERVISOR_CORE_API_SOCKET) of work and changes from now on, as the real
   * one does. Call it again after a restart. @throws the system's error when nothing listens there
   */
  connect(socketPath: string): Promise<void>;
}

/** Plays the Supervisor towards a real Home Assistant, over HTTP. Which token comes does not matter to it. */
export async function startSimulatedSupervisor(): Promise<SimulatedSupervisor> {
  const model = createSupervisorModel();
  const server = createServer((request, response) => {
    answer(model, request, response).catch((error: unknown) => {
      send(response, 500, { result: 'error', message: String(error) });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
  let hangUp: () => void = () => undefined;
  return {
    host: `127.0.0.1:${address.port}`,
    model,
    async connect(socketPath) {
      hangUp();
      hangUp = await tellCore(model, socketPath);
    },
    async [Symbol.asyncDispose]() {
      hangUp();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function answer(model: SupervisorModel, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://supervisor');
  const method = request.method ?? 'GET';
  const path = decodeURIComponent(url.pathname);
  const sent = await text(request);
  const body = parse(sent);
  const [, token, below] = /^\/ingress\/([^/]+)(\/.*)$/.exec(path) ?? [];
  if (token !== undefined && below !== undefined && token !== 'session') {
    const through = { method, path: below, query: url.searchParams, headers: request.headers, body };
    const { status, body: told } = answerIngress(model, token, through);
    return send(response, status, told);
  }
  const plain = method === 'GET' ? supervisorText(model, path) : undefined;
  if (plain !== undefined) return send(response, 200, plain);
  try {
    send(response, 200, { result: 'ok', data: await answerSupervisor(model, { method, path, body }) });
  } catch (error) {
    if (!(error instanceof SupervisorRefusal)) throw error;
    send(response, error.status, { result: 'error', message: error.message });
  }
}

function parse(sent: string): unknown {
  try {
    return sent === '' ? undefined : jsonOf(sent);
  } catch (error) {
    if (error instanceof SyntaxError) return sent;
    throw error;
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const isText = typeof body === 'string';
  const bytes = Buffer.from(isText ? body : JSON.stringify(body));
  const type = isText ? 'text/plain; charset=utf-8' : 'application/json';
  response.writeHead(status, { 'content-type': type, 'content-length': bytes.length }).end(bytes);
}

/** Passes events on until told to stop. Source: HA `components/hassio/websocket_api.py` `supervisor/event`. */
async function tellCore(model: SupervisorModel, socketPath: string): Promise<() => void> {
  const socket = new WebSocket(`ws+unix:${socketPath}:/api/websocket`);
  socket.on('error', () => socket.terminate());
  const [first] = await once(socket, 'message', { signal: AbortSignal.timeout(10_000) });
  const { type } = recordOf(jsonOf(String(first)));
  if (type !== 'auth_ok') throw new Error(`Home Assistant did not take the Supervisor for one: ${String(type)}`);
  let id = 0;
  const listen = (data: Json) => {
    id += 1;
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ id, type: 'supervisor/event', data }));
  };
  model.listeners.add(listen);
  return () => {
    model.listeners.delete(listen);
    socket.terminate();
  };
}
