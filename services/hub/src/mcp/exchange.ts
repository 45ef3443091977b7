import { randomBytes } from 'node:crypto';
import type { JSONRPCMessage, RequestId, Transport } from '@modelcontextprotocol/server';
import type { ReplyChannel } from './reply-channel.ts';

/** A client's answer to a question that a tool call asked it. */
export type ClientReply = Extract<JSONRPCMessage, { result: unknown } | { error: unknown }>;

/** One POST of a 2025-era client, as the transport of a server that lives for just this request. */
export interface Exchange extends Transport {
  /** Random, so that nobody can guess whose questions it asks. */
  readonly id: string;
  readonly requestId: RequestId;
  /** Hands a message to the server. */
  deliver(message: JSONRPCMessage): void;
  /** Replays what the client said when it connected, so that the server knows what it may ask the client. */
  handshake(params: Readonly<Record<string, unknown>>): Promise<void>;
  /** Aborts the running handler and ends the answer without a result. */
  cancel(): void;
}

const HANDSHAKE_ID = '__handshake';

/**
 * Opens the exchange. Questions of the server get ids `{address}.{n}` under which the client's answer, a POST of its own
 * that any replica may receive, finds its way back here.
 */
export function openExchange(
  replica: string,
  requestId: RequestId,
  channel: ReplyChannel,
  onFinished: () => void,
): Exchange {
  const id = randomBytes(16).toString('hex');
  const address = `${replica}.${id}`;
  let isFinished = false;
  let handshakeDone: (() => void) | undefined;

  const exchange: Exchange = {
    id,
    requestId,
    async start() {},
    async send(message) {
      if (isFinished) return;
      const isResponse = !('method' in message);
      if (isResponse && message.id === HANDSHAKE_ID) return handshakeDone?.();
      if (isResponse) {
        if (message.id !== requestId) return;
        channel.finish(JSON.stringify(message));
        return finish();
      }
      channel.push(JSON.stringify('id' in message ? { ...message, id: `${address}.${message.id}` } : message));
    },
    async close() {
      finish();
    },
    deliver(message) {
      exchange.onmessage?.(message);
    },
    cancel() {
      channel.end();
      finish();
    },
    handshake(params) {
      return new Promise((resolve) => {
        handshakeDone = resolve;
        exchange.onmessage?.({ jsonrpc: '2.0', id: HANDSHAKE_ID, method: 'initialize', params });
      });
    },
  };

  const finish = () => {
    if (isFinished) return;
    isFinished = true;
    onFinished();
    // Closing inside the SDK's own send would clear what it still needs to settle.
    queueMicrotask(() => exchange.onclose?.());
  };
  channel.signal.addEventListener('abort', finish, { once: true });
  return exchange;
}
