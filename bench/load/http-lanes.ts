import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Lane, Lanes } from './lane.ts';
import type { HttpTraffic } from './traffic.ts';

const HEAD_END = Buffer.from('\r\n\r\n');

/** HTTP/1.1 by hand over keep-alive connections: a tenth of what an HTTP library costs, so that the server is the limit. */
export async function openHttpLanes(traffic: HttpTraffic): Promise<Lanes> {
  const sockets = await Promise.all(
    traffic.lanes.map(async () => {
      const socket = connect({ host: traffic.host, port: traffic.port, noDelay: true });
      await once(socket, 'connect');
      return socket;
    }),
  );
  const all = sockets.map((socket, at) => lane(socket, (traffic.lanes[at] ?? []).map(toBytes), traffic));
  return {
    all,
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

const toBytes = (text: string) => Buffer.from(text);

function lane(socket: Socket, requests: readonly Buffer[], { wants, refuses }: HttpTraffic): Lane {
  let received: Buffer = Buffer.alloc(0);
  let waiting: PromiseWithResolvers<string | undefined> | undefined;
  const fail = (error: Error) => waiting?.reject(error);
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the server closed the connection')));
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const answer = readAnswer(received);
    if (!answer) return;
    received = Buffer.alloc(0);
    const isRight = answer.status === 200 && answer.body.includes(wants) && !answer.body.includes(refuses);
    waiting?.resolve(isRight ? undefined : `HTTP ${answer.status}: ${answer.body.toString('utf8', 0, 300)}`);
  });
  return {
    ask(turn) {
      waiting = Promise.withResolvers();
      socket.write(requests[turn % requests.length] ?? '');
      return waiting.promise;
    },
  };
}

/** The whole answer, or undefined while some of it is still on its way. @throws Error without a content length */
function readAnswer(bytes: Buffer): { readonly status: number; readonly body: Buffer } | undefined {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd === -1) return undefined;
  const head = bytes.toString('latin1', 0, headEnd);
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length === undefined) throw new Error(`an answer without Content-Length:\n${head}`);
  const end = headEnd + HEAD_END.length + Number(length);
  if (bytes.length < end) return undefined;
  return { status: Number(head.slice(9, 12)), body: bytes.subarray(headEnd + HEAD_END.length, end) };
}
