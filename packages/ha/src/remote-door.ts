import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Fault } from '@hub/core/fault.ts';
import { faultToWire } from '@hub/core/fault-wire.ts';
import type { CallOptions, Home } from './home.ts';
import {
  commandShape,
  EVENTS,
  HEAD,
  headShapes,
  packHead,
  packInfo,
  type RemoteAct,
  readJson,
  unpackHead,
} from './remote-wire.ts';

/** Answers one request of a remote link with the home held here. A client that goes away cancels what it asked for. */
export async function answerRemote(
  home: Home,
  act: RemoteAct,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort(new Error('the other replica went away')));
  try {
    await ANSWERS[act](home, request, response, gone.signal);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (response.headersSent) response.destroy();
    else answer(response, { fault: faultToWire(error) });
  }
}

const MAX_UNREAD_BYTES = 8 * 1024 * 1024;

type Answer = (home: Home, request: IncomingMessage, response: ServerResponse, signal: AbortSignal) => Promise<void>;

const ANSWERS: Readonly<Record<RemoteAct, Answer>> = {
  async send(home, request, response, signal) {
    const head = unpackHead(request, headShapes.send);
    const command = commandShape.parse(await readJson(request));
    answer(response, { result: await home.send(command, optionsOf(head, signal)) });
  },
  async ready(home, request, response, signal) {
    const head = unpackHead(request, headShapes.ready);
    await readJson(request);
    await home.ready(optionsOf(head, signal));
    answer(response, { result: packInfo(home.info) });
  },
  async subscribe(home, request, response, signal) {
    const head = unpackHead(request, headShapes.subscribe);
    const command = commandShape.parse(await readJson(request));
    const early: string[] = [];
    let isOpen = false;
    const tell = (line: object) => {
      const text = `${JSON.stringify(line)}\n`;
      if (!isOpen) early.push(text);
      // Events cannot wait at the home. Whoever reads again subscribes anew, and begins with the full picture.
      else if (response.writableLength > MAX_UNREAD_BYTES) response.destroy();
      else response.write(text);
    };
    const subscription = await home.subscribe(command, (event) => tell({ event }), {
      ...optionsOf(head, signal),
      onRenewed: () => tell({ renewed: true }),
      onEnded(fault) {
        // The link was closed here, not the subscription there: a line that breaks off is opened anew, wherever the home is then.
        if (fault.code === 'CONNECTION_FAILED') return void response.destroy();
        tell({ ended: faultToWire(fault) });
        response.end();
      },
    });
    signal.addEventListener('abort', () => void subscription.close(), { once: true });
    if (signal.aborted) return subscription.close();
    response.writeHead(200, { 'content-type': EVENTS });
    response.flushHeaders();
    isOpen = true;
    for (const text of early) response.write(text);
  },
  rest: (home, request, response, signal) => overHttp(home, 'rest', request, response, signal),
  supervisor: (home, request, response, signal) => overHttp(home, 'supervisor', request, response, signal),
};

async function overHttp(
  home: Home,
  act: 'rest' | 'supervisor',
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const { method, path, query, headers, body, ...head } = unpackHead(request, headShapes.rest);
  const content = body === 'json' ? { body: await readJson(request) } : body === 'stream' ? { body: request } : {};
  const asked = { method, path, ...content, ...(query && { query }), ...(headers && { headers }) };
  const given = await home[act](asked, optionsOf(head, signal));
  response.writeHead(200, { [HEAD]: packHead({ status: given.status, headers: given.headers }) });
  // An answer that breaks off here breaks off there as well.
  await pipeline(given.body, response).catch(() => response.destroy());
}

function optionsOf(
  { deadlineMs, isWrite }: { deadlineMs?: number | undefined; isWrite?: boolean | undefined },
  signal: AbortSignal,
): CallOptions {
  return { signal, ...(deadlineMs === undefined ? {} : { deadlineMs }), ...(isWrite === undefined ? {} : { isWrite }) };
}

function answer(response: ServerResponse, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
