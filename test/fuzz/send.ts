import http from 'node:http';
import { text as readAll } from 'node:stream/consumers';
import type { FuzzAnswer } from './judge.ts';
import type { FuzzRequest } from './requests.ts';

/** Far beyond what a call may take: 120 s is the hub's own deadline, and no request here needs it. */
const UNANSWERED_MS = 90_000;

export interface Sender extends Disposable {
  /** Undefined when the client hung up. @throws what the connection throws, or Error when no answer came */
  send(request: FuzzRequest, from: string): Promise<FuzzAnswer | undefined>;
}

/** Kept connections, so that what one request leaves behind meets the next. */
export function createSender(port: number, connections: number): Sender {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections, maxFreeSockets: connections });
  return {
    async send(asked, from) {
      try {
        return await once(asked, from);
      } catch (error) {
        // A kept connection may be closed by the hub in the moment it is used again; HTTP lets a client repeat that.
        if (!(error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')))
          throw error;
        return await once(asked, from, false);
      }
    },
    [Symbol.dispose]: () => agent.destroy(),
  };

  async function once(asked: FuzzRequest, from: string, isKept = true): Promise<FuzzAnswer | undefined> {
    const { method, path, headers, body, hangsUp } = asked;
    const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage | undefined>();
    const request = http.request(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        agent: isKept ? agent : false,
        headers: {
          'x-forwarded-for': from,
          ...headers,
          ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
        },
        signal: AbortSignal.timeout(UNANSWERED_MS),
      },
      resolve,
    );
    request.on('error', reject);
    request.end(body);
    if (hangsUp) {
      request.once('finish', () => setImmediate(() => request.destroy()));
      request.once('close', () => resolve(undefined));
    }
    const response = await promise.catch((error: unknown) => {
      if (hangsUp) return undefined;
      throw error;
    });
    if (hangsUp || response === undefined) {
      response?.destroy();
      request.destroy();
      return undefined;
    }
    return {
      status: response.statusCode ?? 0,
      contentType: response.headers['content-type'] ?? '',
      text: await readAll(response),
    };
  }
}
