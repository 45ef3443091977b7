import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import { Agent, createServer, request as send } from 'node:https';
import type { Readable } from 'node:stream';
import { askOver, type PeerLine } from './peer-line.ts';
import { LINE } from './peer-line-door.ts';

/** Keys of the cluster by number; who knows one of them belongs to it. */
export interface PeerKeys {
  readonly usedId: number;
  /** 32 bytes; undefined for a number that is not in the ring. */
  keyOf(id: number): Buffer | undefined;
}

/** Both sides prove the key in the handshake and all that follows is encrypted; nothing is to be issued or to expire. TLS 1.2 is the last with these. */
const TLS = {
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.2',
  ciphers: 'ECDHE-PSK-CHACHA20-POLY1305',
} as const;
const IDENTITY = 'ha-mcp-hub/';
const HANDSHAKE_MS = 1_000;
const IDLE_MS = 30_000;

/** The door for other processes of the cluster: who has no key of it does not get through the handshake. */
export function createPeerServer(
  keys: PeerKeys,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const server = createServer(
    {
      ...TLS,
      handshakeTimeout: HANDSHAKE_MS,
      // Longer than clients keep a connection, so that a request never meets one that is just being closed.
      keepAliveTimeout: 2 * IDLE_MS,
      pskCallback: (_socket, identity) => {
        const id = identity.startsWith(IDENTITY) ? Number(identity.slice(IDENTITY.length)) : Number.NaN;
        return keys.keyOf(id) ?? null;
      },
    },
    handle,
  );
  server.requestTimeout = 0;
  // A stranger's handshake ends here and is nobody's error.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return server as unknown as Server;
}

export interface PeerRequest {
  /** `host:port`. */
  readonly address: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Readable;
  readonly signal?: AbortSignal | undefined;
}

/**
 * No connection came about, so nothing was sent. refused: nothing listens there · silent: no answer to the handshake in 1 s, or no such name ·
 * stranger: whoever answers does not know our key.
 */
export class PeerUnreachable extends Error {
  readonly why: 'refused' | 'silent' | 'stranger';
  constructor(why: PeerUnreachable['why'], cause: unknown) {
    super(`the other process could not be reached (${why})`, { cause });
    this.why = why;
  }
}

export interface PeerClient {
  /** POSTs and resolves with the head of the answer, whatever its status. @throws PeerUnreachable | the socket's own error once something was sent */
  send(request: PeerRequest): Promise<IncomingMessage>;
  /** The open line to a process, made with the first need; undefined when it is of a version without lines. @throws PeerUnreachable */
  line(address: string): Promise<PeerLine | undefined>;
  close(): void;
}

/** A line is made anew after this long, so that it proves a key that is in use by now. */
const LINE_LIVES_MS = 60_000;

export function createPeerClient(keys: PeerKeys): PeerClient {
  const agent = new Agent({
    keepAlive: true,
    timeout: IDLE_MS,
    ...TLS,
    // Looked up with each handshake: a rotation changes the key while this process runs.
    pskCallback: () => {
      const { usedId } = keys;
      const psk = keys.keyOf(usedId);
      return psk ? { psk, identity: `${IDENTITY}${usedId}` } : null;
    },
    checkServerIdentity: () => undefined,
  });
  const lines = new Map<string, { readonly opening: Promise<PeerLine | undefined>; readonly until: number }>();
  const open = new Set<PeerLine>();

  async function openLine(address: string, onClose: () => void): Promise<PeerLine | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<PeerLine | undefined>();
    const headers = { connection: 'Upgrade', upgrade: LINE };
    const { request, answered } = start(agent, { address, path: '/line', headers });
    // Whatever goes wrong: no question left yet.
    const late = setTimeout(() => request.destroy(new PeerUnreachable('silent', undefined)), 2 * HANDSHAKE_MS);
    request.on('upgrade', (_response, socket, head) => {
      const line = askOver(socket, head, () => {
        open.delete(line);
        onClose();
      });
      open.add(line);
      socket.setTimeout(IDLE_MS, line.retire);
      resolve(line);
    });
    answered.then(
      (answer) => {
        // To its end, so that its connection serves what is now asked by request.
        answer.once('close', () => resolve(undefined)).resume();
      },
      (error: unknown) => reject(error instanceof PeerUnreachable ? error : new PeerUnreachable('silent', error)),
    );
    return promise.finally(() => clearTimeout(late));
  }

  return {
    send: (request) => start(agent, request).answered,
    line(address) {
      const known = lines.get(address);
      if (known && known.until > performance.now()) return known.opening;
      known?.opening.then((line) => line?.retire()).catch(() => undefined);
      const forget = () => {
        if (lines.get(address) === one) lines.delete(address);
      };
      const one = { opening: openLine(address, forget), until: performance.now() + LINE_LIVES_MS };
      lines.set(address, one);
      one.opening.catch(forget);
      return one.opening;
    },
    close() {
      agent.destroy();
      for (const line of open) line.close();
    },
  };
}

/** A POST on its way. */
function start(agent: Agent, { address, path, headers, body, signal }: PeerRequest) {
  const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? [];
  const { promise: answered, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  let isConnected = false;
  const request = send(
    { host, port, path, method: 'POST', agent, ...(headers && { headers }), ...(signal && { signal }) },
    resolve,
  );
  const late = setTimeout(() => {
    if (!isConnected) request.destroy(new PeerUnreachable('silent', undefined));
  }, HANDSHAKE_MS);
  const connected = () => {
    isConnected = true;
    // Not before: what is read from a stream for a connection that does not come about is lost to the next one.
    if (typeof body === 'object') body.pipe(request);
  };
  request.on('socket', (socket) => {
    if (request.reusedSocket) connected();
    else socket.once('secureConnect', connected);
  });
  request.on('close', () => clearTimeout(late));
  request.on('error', (error) => {
    clearTimeout(late);
    reject(isConnected || signal?.aborted || error instanceof PeerUnreachable ? error : unreachable(error));
  });
  if (typeof body === 'object') body.on('error', (error) => request.destroy(error));
  else request.end(body);
  return { request, answered };
}

function unreachable(error: NodeJS.ErrnoException): PeerUnreachable {
  // A name that is not known proves nothing but that names cannot be looked up here.
  const isRefused = error.code === 'ECONNREFUSED';
  // A handshake that is cut off is a process that ends; one that fails says so.
  const isTls = /SSL|TLS|EPROTO/.test(error.code ?? '');
  return new PeerUnreachable(isRefused ? 'refused' : isTls ? 'stranger' : 'silent', error);
}

/** A JSON answer of an internal route. */
export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body) ?? STATUS_CODES[status] ?? '';
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
