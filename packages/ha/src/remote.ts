import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { Fault } from '@hub/core/fault.ts';
import { faultFromWire } from '@hub/core/fault-wire.ts';
import { pause } from '@hub/core/pause.ts';
import { DEFAULT_DEADLINE_MS } from './exchange.ts';
import type {
  CallOptions,
  Command,
  Home,
  HomeInfo,
  HttpRequest,
  HttpResponse,
  SubscribeOptions,
  Subscription,
} from './home.ts';
import {
  answerHead,
  EVENTS,
  HEAD,
  jsonLines,
  packHead,
  type RemoteAct,
  readJson,
  unpackHead,
  unpackInfo,
} from './remote-wire.ts';

/** One request to a home's holder. */
export interface RemoteAsk {
  readonly act: RemoteAct;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Readable;
  readonly signal?: AbortSignal | undefined;
  readonly deadlineMs: number;
  /** May be sent again when its answer was lost: it only reads. */
  readonly isRepeatable: boolean;
}

export interface RemoteHomeOptions {
  readonly id: string;
  /** The answer of the home's holder, wherever that is now. @throws Fault when none came, with `outcomeUnknown` where it was a write */
  ask(request: RemoteAsk): Promise<IncomingMessage>;
}

/** The holder's answer is never later than the home's own by more than this. */
const HOP_MS = 5_000;
const RENEW_AFTER_MS = 1_000;

/** A home reached through the replica that holds its link, with no credential of the home's here. */
export function createRemoteHome({ id, ask }: RemoteHomeOptions): Home {
  let info = unknownInfo();
  const closing = new AbortController();

  const until = (signal: AbortSignal | undefined) =>
    signal ? AbortSignal.any([signal, closing.signal]) : closing.signal;

  async function json(act: RemoteAct, head: object, body: unknown, options: CallOptions, isRepeatable: boolean) {
    const { deadlineMs = DEFAULT_DEADLINE_MS } = options;
    const answer = await ask({
      act,
      headers: { [HEAD]: packHead({ ...head, deadlineMs, isWrite: options.isWrite }) },
      body: JSON.stringify(body ?? null),
      signal: until(options.signal),
      deadlineMs: deadlineMs + HOP_MS,
      isRepeatable,
    });
    return resultOf(answer, !isRepeatable);
  }

  async function http(act: 'rest' | 'supervisor', request: HttpRequest, options: CallOptions): Promise<HttpResponse> {
    const { deadlineMs = DEFAULT_DEADLINE_MS } = options;
    const { method, path, query, headers, body } = request;
    const isStream = body instanceof Readable;
    const kind = body === undefined ? 'none' : isStream ? 'stream' : 'json';
    const isRead = options.isWrite === undefined ? method === 'GET' : !options.isWrite;
    const answer = await ask({
      act,
      headers: {
        [HEAD]: packHead({ method, path, query, headers, body: kind, deadlineMs, isWrite: options.isWrite }),
      },
      ...(body === undefined ? {} : { body: isStream ? body : JSON.stringify(body) }),
      signal: until(options.signal),
      deadlineMs: deadlineMs + HOP_MS,
      isRepeatable: isRead && !isStream,
    });
    if (answer.headers[HEAD] === undefined) await resultOf(answer, !isRead);
    return { ...unpackHead(answer, answerHead), body: answer };
  }

  async function subscribe(
    command: Command,
    onEvent: (event: unknown) => void,
    options: SubscribeOptions = {},
  ): Promise<Subscription> {
    const ended = new AbortController();
    const stop = AbortSignal.any([ended.signal, closing.signal]);
    const open = async (signal: AbortSignal): Promise<AsyncGenerator<unknown>> => {
      const { deadlineMs = DEFAULT_DEADLINE_MS, isWrite } = options;
      const answer = await ask({
        act: 'subscribe',
        headers: { [HEAD]: packHead({ deadlineMs, isWrite }) },
        body: JSON.stringify(command),
        signal,
        deadlineMs: deadlineMs + HOP_MS,
        isRepeatable: true,
      });
      if (answer.headers['content-type'] !== EVENTS) await resultOf(answer, false);
      return jsonLines(answer);
    };
    // The caller's signal ends the opening and nothing after it.
    const onAbort = () => ended.abort(options.signal?.reason);
    options.signal?.addEventListener('abort', onAbort, { once: true });
    if (options.signal?.aborted) onAbort();
    const first = await open(stop).finally(() => options.signal?.removeEventListener('abort', onAbort));
    void followEvents(first, open, stop, onEvent, options);
    return { close: async () => ended.abort(new Error('the subscription was closed')) };
  }

  return {
    id,
    get info() {
      return info;
    },
    send: (command, options = {}) => json('send', {}, command, options, options.isWrite === false),
    subscribe,
    rest: (request, options = {}) => http('rest', request, options),
    supervisor: (request, options = {}) => http('supervisor', request, options),
    async ready(options = {}) {
      info = unpackInfo(await json('ready', {}, null, options, true));
    },
    async close() {
      closing.abort(closed());
    },
  };
}

/** Hands on the events of a subscription, and opens it anew each time its holder goes, until it is closed. Never throws. */
async function followEvents(
  first: AsyncGenerator<unknown>,
  open: (signal: AbortSignal) => Promise<AsyncGenerator<unknown>>,
  stop: AbortSignal,
  onEvent: (event: unknown) => void,
  options: SubscribeOptions,
): Promise<void> {
  let lines: AsyncGenerator<unknown> | undefined = first;
  while (lines && !stop.aborted) {
    const end = await handOn(lines, stop, onEvent, options);
    if (end) return options.onEnded?.(end);
    lines = await reopen(open, stop, options);
    if (lines) options.onRenewed?.();
  }
}

/** The fault with which the home ended it; undefined when the line to the holder was lost. */
async function handOn(
  lines: AsyncGenerator<unknown>,
  stop: AbortSignal,
  onEvent: (event: unknown) => void,
  { onRenewed }: SubscribeOptions,
): Promise<Fault | undefined> {
  try {
    for await (const line of lines) {
      const { event, renewed, ended } = line as { event?: unknown; renewed?: true; ended?: unknown };
      if (stop.aborted) return undefined;
      if (ended !== undefined) return faultFromWire(ended) ?? lost(false);
      if (renewed) onRenewed?.();
      else onEvent(event);
    }
  } catch {
    // Broken off: it is opened anew.
  }
  return undefined;
}

/** Undefined once it is closed, or the home would not have it again. */
async function reopen(
  open: (signal: AbortSignal) => Promise<AsyncGenerator<unknown>>,
  stop: AbortSignal,
  { onEnded }: SubscribeOptions,
): Promise<AsyncGenerator<unknown> | undefined> {
  while (!stop.aborted) {
    await pause(RENEW_AFTER_MS, stop);
    try {
      return await open(stop);
    } catch (error) {
      const isAway = !(error instanceof Fault) || /^(CONNECTION|WEBSOCKET)_/.test(error.code);
      if (stop.aborted || isAway) continue;
      onEnded?.(error);
      return undefined;
    }
  }
  return undefined;
}

/** @throws Fault the home's or the holder's own, or that the answer broke off */
async function resultOf(answer: IncomingMessage, isWrite: boolean): Promise<unknown> {
  const body = await readJson(answer).catch((cause: unknown) => {
    throw lost(isWrite, cause);
  });
  const { result, fault } = body as { result?: unknown; fault?: unknown };
  if (fault === undefined) return result;
  throw faultFromWire(fault) ?? lost(isWrite);
}

function lost(isWrite: boolean, cause?: unknown): Fault {
  return new Fault('CONNECTION_FAILED', "The answer of the replica that holds this home's link was lost.", {
    suggestion: isWrite ? 'Look whether it happened before you repeat it.' : 'Retry.',
    outcomeUnknown: isWrite,
    cause,
  });
}

function closed(): Fault {
  return new Fault('CONNECTION_FAILED', 'The link to this home was closed.', {
    suggestion: 'Retry: it is opened again with the next use.',
  });
}

function unknownInfo(): HomeInfo {
  return {
    ...{ state: 'offline', haVersion: undefined, isAdmin: false, components: new Set<string>(), timeZone: 'UTC' },
    ...{ locationName: '', baseUrl: '', isSimulated: false },
  };
}
