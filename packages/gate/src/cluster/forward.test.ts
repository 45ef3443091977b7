import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Fault } from '@hub/core/fault.ts';
import { newId } from '@hub/core/ids.ts';
import { answerJson, createPeerClient, createPeerServer } from '@hub/runtime/peer.ts';
import { type AnswerLine, answerLines } from '@hub/runtime/peer-line-door.ts';
import { afterEach, expect, test } from 'vitest';
import type { HomeAccess } from '../connector-access.ts';
import type { CallResult } from '../envelope.ts';
import type { CallRequest, Run } from '../run.ts';
import { type ForwardedLine, forwardCalls } from './forward.ts';
import { type LineAnswer, packAnswer } from './line-answer.ts';
import type { Places } from './places.ts';

const psk = randomBytes(32);
const keys = { usedId: 1, keyOf: () => psk };
const ending: (() => void)[] = [];
afterEach(() => {
  for (const end of ending.splice(0)) end();
});

const home = { id: newId() } as HomeAccess;
const on: CallResult = { isError: false, body: { state: 'on' }, text: '{"state":"on"}' };
const done = packAnswer({ kind: 'result', result: on, upstreamMs: 3 });

interface Holder {
  readonly address: string;
  readonly handshakes: () => number;
  /** Its process dies. */
  die(): void;
}

/** A replica; without `answer` it is of a version that knows no lines. */
async function replica(
  answer: AnswerLine | undefined,
  handle: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => answerJson(response, 404, {}),
): Promise<Holder> {
  const server = createPeerServer(keys, handle);
  let handshakes = 0;
  server.on('secureConnection', () => handshakes++);
  const endLines = answer ? answerLines(server, answer) : () => undefined;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const die = () => {
    server.close();
    endLines();
  };
  ending.push(die);
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, handshakes: () => handshakes, die };
}

/** The home seems to be at the first of them; each time that proves wrong, at the next. */
function callsTo(...holders: readonly Holder[]) {
  const peers = createPeerClient(keys);
  ending.push(peers.close);
  let at = 0;
  const places: Partial<Places> = {
    isHere: () => false,
    locate: async () => ({ replicaId: newId(), address: holders[at]?.address ?? '' }),
    missed: async () => void at++,
    lives: async () => true,
  };
  return forwardCalls({ peers, places: places as Places });
}

function run(more: Partial<CallRequest> = {}): Run {
  const signal = more.signal ?? new AbortController().signal;
  const request = { connector: { tenantId: newId(), id: newId() }, args: { entity_id: 'light.a' }, signal, ...more };
  return { request, limit: { signal, isLate: false }, prepared: { tool: { name: 'ha_get_state' } } } as unknown as Run;
}

test('calls to one replica share one connection and bring back the very result', async () => {
  const asked: unknown[] = [];
  const holder = await replica(async ({ text: question, note }) => {
    asked.push(JSON.parse(question));
    note(JSON.stringify([1, null, 'half']));
    return done;
  });
  const calls = callsTo(holder);
  const told: unknown[] = [];
  const progress = (...said: readonly unknown[]) => told.push(said);
  const answers = await Promise.all([1, 2, 3].map(() => calls.call(run({ progress }), home, false)));
  expect(answers).toEqual([on, on, on]);
  expect(told).toEqual([1, 2, 3].map(() => [1, undefined, 'half']));
  expect(asked[0]).toMatchObject({ homeId: home.id, args: { entity_id: 'light.a', home: home.id } });
  expect(holder.handshakes()).toBe(1);
});

test.each<[string, LineAnswer & { kind: 'result' }]>([
  [
    'a text that is no object',
    { kind: 'result', result: { isError: false, body: { a: [1] }, text: '[1]' }, upstreamMs: 0 },
  ],
  [
    'a picture',
    {
      kind: 'result',
      result: { ...on, content: [{ type: 'image', data: 'eA==', mimeType: 'image/png' }] },
      upstreamMs: 0,
    },
  ],
  ['a job that goes on', { kind: 'result', result: { ...on, goesOnAs: 'a-job' }, upstreamMs: 0 }],
  ['a failure', { kind: 'result', result: { isError: true, body: { a: 1 }, text: '{\n  "a": 1\n}' }, upstreamMs: 0 }],
])('%s comes through', async (_what, answer) => {
  const holder = await replica(async () => packAnswer(answer));
  expect(await callsTo(holder).call(run(), home, true)).toEqual(answer.result);
});

test('a fault of the holder is told as its own', async () => {
  const fault = new Fault('HOME_NOT_FOUND', 'Not yours.', { suggestion: 'Ask the owner.' });
  const holder = await replica(async () => packAnswer({ kind: 'fault', fault }));
  await expect(callsTo(holder).call(run(), home, false)).rejects.toMatchObject({
    code: 'HOME_NOT_FOUND',
    suggestions: ['Ask the owner.'],
  });
});

test('a write is asked anew where the home is held, as nothing of it happened', async () => {
  const wrong = await replica(async () => packAnswer({ kind: 'not_held' }));
  const right = await replica(async () => done);
  expect(await callsTo(wrong, right).call(run(), home, false)).toEqual(on);
});

test('when the holder dies amid a call a write is unknown, and a read is asked at the next', async () => {
  const dying = () => {
    const holder = replica(async () => {
      (await holder).die();
      return new Promise(() => undefined);
    });
    return holder;
  };
  let heard = 0;
  const next = await replica(async () => {
    heard++;
    return done;
  });
  await expect(callsTo(await dying(), next).call(run(), home, false)).rejects.toMatchObject({
    code: 'CONNECTION_FAILED',
    outcomeUnknown: true,
  });
  expect(heard).toBe(0);
  expect(await callsTo(await dying(), next).call(run(), home, true)).toEqual(on);
});

test('a call that is cancelled here is cancelled there', async () => {
  const arrived = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const holder = await replica(async ({ signal }) => {
    signal.addEventListener('abort', () => gone.resolve());
    arrived.resolve();
    return new Promise(() => undefined);
  });
  const stop = new AbortController();
  const called = callsTo(holder).call(run({ signal: stop.signal }), home, false);
  await arrived.promise;
  stop.abort();
  await expect(called).rejects.toMatchObject({ code: 'CANCELLED', outcomeUnknown: true });
  await gone.promise;
});

const DONE: ForwardedLine = { result: on };

test('a call with a large file among its arguments goes by request, past the others', async () => {
  const content = 'x'.repeat(200_000);
  const asked = Promise.withResolvers<string>();
  const holder = await replica(
    async () => done,
    (request, response) => {
      text(request).then(asked.resolve, asked.reject);
      asked.promise.then(() => response.end(`${JSON.stringify(DONE)}\n`)).catch(() => response.destroy());
    },
  );
  expect(await callsTo(holder).call(run({ args: { content } }), home, false)).toEqual(on);
  expect(JSON.parse(await asked.promise)).toMatchObject({ args: { content } });
});

test('calls to a replica without lines go by request, all over one connection', async () => {
  const holder = await replica(undefined, (request, response) => {
    if (request.url === '/line') return answerJson(response, 404, {});
    response.write(`${JSON.stringify(DONE)}\n`);
    setImmediate(() => response.end());
  });
  const calls = callsTo(holder);
  for (let call = 0; call < 3; call++) expect(await calls.call(run(), home, true)).toEqual(on);
  expect(holder.handshakes()).toBe(1);
});

test('a call under an id made beforehand comes there under that id', async () => {
  const asked = Promise.withResolvers<[string | undefined, string]>();
  const holder = await replica(
    async () => done,
    (request, response) => {
      text(request).then((body) => asked.resolve([request.url, body]), asked.reject);
      asked.promise.then(() => response.end(`${JSON.stringify(DONE)}\n`)).catch(() => response.destroy());
    },
  );
  const callId = newId();
  expect(await callsTo(holder).call(run({ callId }), home, false)).toEqual(on);
  const [path, body] = await asked.promise;
  expect(path).toBe(`/homes/${home.id}/namedcall`);
  expect(JSON.parse(body)).toMatchObject({ callId });
});

test('a replica of the version before, which would run it under another id, is sent nothing', async () => {
  let heard = 0;
  const holder = await replica(async () => {
    heard++;
    return done;
  });
  await expect(callsTo(holder).call(run({ callId: newId() }), home, false)).rejects.toMatchObject({
    outcomeUnknown: false,
    context: { unnamed_only: true },
  });
  expect(heard).toBe(0);
});
