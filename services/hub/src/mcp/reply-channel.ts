import type { FastifyReply } from 'fastify';

const KEEP_ALIVE_MS = 15_000;
/** A client that reads nothing while so much waits for it is gone. */
const MAX_UNREAD_BYTES = 4 * 1024 * 1024;

const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

const FRAME_START = Buffer.from('event: message\ndata: ');
const FRAME_END = Buffer.from('\n\n');

/** The answer to one HTTP request: plain JSON when a single message is all there is, an event stream as soon as anything comes before it. */
export interface ReplyChannel {
  /** Sends a message ahead of the last one. Lost when the client does not accept event streams. */
  push(json: string): void;
  /** Writes finished stream bytes through. */
  write(chunk: Uint8Array): Promise<void>;
  /** The last message, as text or as its UTF-8 bytes. */
  finish(json: string | Uint8Array, status?: number): void;
  /** Ends the answer without a last message: the call was cancelled or its stream is over. */
  end(): void;
  /** No message at all, only a status. */
  empty(status: number): void;
  /** Opens the event stream before anything is sent. */
  open(): void;
  /** Runs once when the answer is complete or the client has hung up. */
  onClose(listener: () => void): void;
  /** Aborts when the client hangs up before the answer is complete. */
  readonly signal: AbortSignal;
}

export interface ReplyOptions {
  readonly acceptsStream: boolean;
  /** Asked when the first byte is written. */
  readonly headers?: () => Readonly<Record<string, string>>;
}

/** Takes the reply over from Fastify. A call that is silent for 15 s gets a stream with comments, so that no proxy gives it up. */
export function replyChannel(reply: FastifyReply, options: ReplyOptions): ReplyChannel {
  const response = reply.raw;
  const headers = () => ({ ...headersOf(reply), ...options.headers?.() });
  const hangUp = new AbortController();
  let state: 'waiting' | 'streaming' | 'done' = 'waiting';
  let keepAlive: NodeJS.Timeout | undefined;

  reply.hijack();
  const close = () => {
    clearInterval(keepAlive);
    const isComplete = state === 'done';
    state = 'done';
    if (!isComplete) hangUp.abort();
  };
  response.once('close', close);

  const open = () => {
    if (state !== 'waiting') return;
    state = 'streaming';
    response.writeHead(200, { ...headers(), ...STREAM_HEADERS });
    response.flushHeaders();
  };
  if (options.acceptsStream) {
    keepAlive = setInterval(() => {
      open();
      if (state === 'streaming') response.write(': keep-alive\n\n');
    }, KEEP_ALIVE_MS).unref();
  }
  const endWith = (last?: Uint8Array) => {
    state = 'done';
    clearInterval(keepAlive);
    response.end(last);
  };

  return {
    signal: hangUp.signal,
    open,
    push(json) {
      if (!options.acceptsStream) return;
      open();
      if (state === 'streaming') response.write(`${FRAME_START}${json}${FRAME_END}`);
      if (response.writableLength > MAX_UNREAD_BYTES) response.destroy();
    },
    async write(chunk) {
      open();
      if (state !== 'streaming' || response.write(chunk)) return;
      await new Promise<void>((resolve) => {
        response.once('drain', resolve);
        response.once('close', resolve);
      });
    },
    finish(json, status = 200) {
      // Bytes, because Node's own writing of long strings costs four times as much.
      const bytes = typeof json === 'string' ? Buffer.from(json) : json;
      if (state === 'streaming') return endWith(Buffer.concat([FRAME_START, bytes, FRAME_END]));
      if (state === 'done') return;
      // Set, and not only written, so that the request's metrics can read it afterwards.
      response.setHeader('content-length', bytes.length);
      response.writeHead(status, { ...headers(), 'content-type': 'application/json' });
      endWith(bytes);
    },
    empty(status) {
      if (state === 'done') return;
      if (state === 'waiting') response.writeHead(status, headers());
      endWith();
    },
    onClose: (listener) => void response.once('close', listener),
    end() {
      if (state === 'waiting' && options.acceptsStream) open();
      else if (state === 'waiting') response.writeHead(204, headers());
      if (state !== 'done') endWith();
    },
  };
}

function headersOf(reply: FastifyReply): Record<string, string> {
  return Object.fromEntries(Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]));
}
