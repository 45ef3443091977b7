import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** Stands before a cluster; gives each request to the next replica in turn, unless another order is wanted. */
export interface Balancer extends AsyncDisposable {
  readonly url: string;
  /** Requests whose replica died or broke off before its answer began; they were answered 502. */
  readonly cutOff: () => number;
}

/** In which order replicas are tried for a path. */
export type Order = (path: string, ports: readonly number[]) => readonly number[];

function inTurn(): Order {
  let turn = 0;
  return (_path, ports) => {
    turn = (turn + 1) % Math.max(1, ports.length);
    return [...ports.slice(turn), ...ports.slice(0, turn)];
  };
}

/** The same one for a path while it is there, as deploy/balancer.conf does. */
export const byPath: Order = (path, ports) => {
  const rank = (port: number) => createHash('sha256').update(`${path} ${port}`).digest('hex');
  return ports.toSorted((one, other) => rank(one).localeCompare(rank(other)));
};

/** Ports are asked for each request, as replicas come and go. A replica that refuses the connection is passed over. */
export async function startBalancer(
  port: number,
  replicas: () => readonly number[],
  order = inTurn(),
): Promise<Balancer> {
  const agent = new Agent({ keepAlive: true, maxSockets: 512 });
  let cutOff = 0;

  function pass(client: IncomingMessage, body: Buffer, answer: ServerResponse, ports: readonly number[]): void {
    const [first, ...others] = ports;
    if (first === undefined) return void answer.writeHead(503, { 'retry-after': '1' }).end('no replica is up');
    const headers = { ...client.headers, 'x-forwarded-for': client.socket.remoteAddress ?? '' };
    const upstream = send({ host: '127.0.0.1', port: first, method: client.method, path: client.url, headers, agent });
    upstream.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
      response.on('error', () => answer.destroy());
    });
    upstream.on('error', (error: NodeJS.ErrnoException) => {
      // Nothing was sent yet, so that the next one may have it: whatever else would be a repetition.
      if (error.code === 'ECONNREFUSED') return pass(client, body, answer, others);
      cutOff++;
      if (answer.headersSent) answer.destroy();
      else answer.writeHead(502).end('the replica broke off');
    });
    answer.on('close', () => upstream.destroy());
    upstream.end(body);
  }

  const server = createServer(async (client, answer) => {
    const body = await buffer(client).catch(() => undefined);
    if (body) pass(client, body, answer, order(client.url ?? '', replicas()));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${port}`,
    cutOff: () => cutOff,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      agent.destroy();
      await once(server, 'close');
    },
  };
}
