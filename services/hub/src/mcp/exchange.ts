import { randomUUID } from 'node:crypto';
import type { JSONRPCMessage, RequestId, Transport } from '@modelcontextprotocol/server';
import { CUT_OFF_TEXT, RPC, rpcError } from './json-rpc.ts';
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
  /** The client wants no answer any more: aborts the handler and ends the reply without one. */
  cancel(): void;
  /** The hub ends the call: aborts the handler and says so. */
  cutOff(): void;
}

export interface ExchangeSettings {
  readonly replica: string;
  readonly requestId: RequestId;
  readonly channel: ReplyChannel;
  /** Turns the answer's JSON into what is sent. */
  encode(json: string): string | Uint8Array;
  onFinished(): void;
}

/**
 * Opens the exchange. Questions of the server get ids `{address}.{n}` under which the client's answer, a POST of its own
 * that any replica may receive, finds its way back here.
 */
export function openExchange(settings: ExchangeSettings): Exchange {
  const { replica, requestId, channel } = settings;
  const id = randomUUID();
  const address = `${replica}.${id}`;
  const handshakeId = `handshake.${id}`;
  let isFinished = false;
  let hasAsked = false;
  let handshakeDone: (() => void) | undefined;

  const exchange: Exchange = {
    id,
    requestId,
    async start() {},
    async send(message) {
      if (isFinished) return;
      const isResponse = !('method' in message);
      if (isResponse && message.id === handshakeId) return handshakeDone?.();
      if (isResponse) {
        if (message.id !== requestId) return;
        channel.finish(settings.encode(JSON.stringify(message)));
        finish();
        // Releases questions the handler did not wait for; without any there is nothing to close.
        if (hasAsked) queueMicrotask(() => exchange.onclose?.());
        return;
      }
      const isQuestion = 'id' in message;
      hasAsked ||= isQuestion;
      channel.push(JSON.stringify(isQuestion ? { ...message, id: `${address}.${message.id}` } : message));
    },
    async close() {
      abort();
    },
    deliver(message) {
      if (!isFinished) exchange.onmessage?.(message);
    },
    cancel() {
      channel.end();
      abort();
    },
    cutOff() {
      channel.finish(rpcError(RPC.refused, CUT_OFF_TEXT, requestId), 503);
      abort();
    },
    handshake(params) {
      return new Promise((resolve) => {
        handshakeDone = resolve;
        exchange.onmessage?.({ jsonrpc: '2.0', id: handshakeId, method: 'initialize', params });
      });
    },
  };

  const finish = () => {
    if (isFinished) return;
    isFinished = true;
    settings.onFinished();
  };
  const abort = () => {
    if (isFinished) return;
    finish();
    exchange.onclose?.();
  };
  channel.signal.addEventListener('abort', abort, { once: true });
  return exchange;
}
