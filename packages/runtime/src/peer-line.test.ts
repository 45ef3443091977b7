import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { duplexPair } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { createPeerClient, createPeerServer } from './peer.ts';
import { FRAME, frame, MAX_PAYLOAD_BYTES, readFrames } from './peer-frames.ts';
import { askOver, LineBroken } from './peer-line.ts';
import { type AnswerLine, answerLines, answerOver } from './peer-line-door.ts';

const psk = randomBytes(32);
const keys = { usedId: 1, keyOf: () => psk };
const ending: (() => void)[] = [];
afterEach(() => {
  for (const end of ending.splice(0).reverse()) end();
});

/** Two processes, so to speak. */
async function lineTo(answer: AnswerLine) {
  const server = createPeerServer(keys, (_request, response) => response.writeHead(404).end());
  let handshakes = 0;
  server.on('secureConnection', () => handshakes++);
  const endLines = answerLines(server, answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const peers = createPeerClient(keys);
  ending.push(() => void server.close(), endLines, peers.close);
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = async (text: string, signal = new AbortController().signal, onNote = (_text: string) => {}) => {
    const line = await peers.line(address);
    return line?.ask({ text, signal, onNote }).then(String);
  };
  return { address, endLines, ask, peers, handshakes: () => handshakes };
}

/** The answering side at one end; what it says is written down at the other as far as that is read. */
function door(answer: AnswerLine) {
  const [here, there] = duplexPair();
  answerOver(there, Buffer.alloc(0), answer);
  return { here, there };
}

test('many questions share one connection, and answers come as they are ready', async () => {
  const first = Promise.withResolvers<string>();
  const { ask, handshakes } = await lineTo(async ({ text }) => (text === 'first' ? first.promise : `${text}!`));
  const slow = ask('first');
  expect(await Promise.all(['a', 'b', 'c'].map((text) => ask(text)))).toEqual(['a!', 'b!', 'c!']);
  first.resolve('at last');
  expect(await slow).toBe('at last');
  expect(handshakes()).toBe(1);
});

test('an answer of many frames arrives whole, after what was said before it', async () => {
  const large = randomBytes(3 * MAX_PAYLOAD_BYTES).toString('base64');
  const { ask } = await lineTo(async ({ note }) => {
    note('half');
    return `${large}ü`;
  });
  const notes: string[] = [];
  expect(await ask('x', undefined, (text) => notes.push(text))).toBe(`${large}ü`);
  expect(notes).toEqual(['half']);
});

test('a question that is withdrawn ends there, and the line goes on', async () => {
  const arrived = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const { ask, handshakes } = await lineTo(async ({ text, signal }) => {
    if (text !== 'long') return text;
    arrived.resolve();
    signal.addEventListener('abort', () => gone.resolve());
    await gone.promise;
    return 'too late for anybody';
  });
  const stop = new AbortController();
  const asked = ask('long', stop.signal);
  await arrived.promise;
  stop.abort(new Error('enough'));
  await expect(asked).rejects.toThrow('enough');
  await gone.promise;
  expect(await ask('short')).toBe('short');
  expect(handshakes()).toBe(1);
});

test('a process that goes takes with it what was on its way, and the next question finds a new line', async () => {
  const arrived = Promise.withResolvers<void>();
  const lost: AbortSignal[] = [];
  const { ask, endLines } = await lineTo(async ({ text, signal }) => {
    if (text !== 'long') return text;
    lost.push(signal);
    arrived.resolve();
    return new Promise(() => undefined);
  });
  const asked = ask('long');
  await arrived.promise;
  endLines();
  await expect(asked).rejects.toThrow(LineBroken);
  expect(lost[0]?.aborted).toBe(true);
  expect(await ask('short')).toBe('short');
});

test('a bug at the other side fails its own question alone', async () => {
  const { ask } = await lineTo(async ({ text }) => {
    if (text === 'bad') throw new Error('a bug');
    return text;
  });
  const [bad, good] = await Promise.allSettled([ask('bad'), ask('good')]);
  expect(bad).toMatchObject({ status: 'rejected', reason: expect.any(LineBroken) });
  expect(good).toMatchObject({ value: 'good' });
});

test('nobody makes a line without the key', async () => {
  const { address } = await lineTo(async () => 'secret');
  const stranger = createPeerClient({ usedId: 1, keyOf: () => randomBytes(32) });
  ending.push(stranger.close);
  await expect(stranger.line(address)).rejects.toMatchObject({ why: 'stranger' });
  const socket = connect(Number(address.split(':')[1]), '127.0.0.1');
  socket.write(Buffer.concat([frame(FRAME.ask, 1, 'x')]));
  await once(socket, 'close');
});

test('what nobody asked is passed over, and what no line of ours says ends it', async () => {
  const [here, there] = duplexPair();
  const line = askOver(here, Buffer.alloc(0), () => undefined);
  const asked = line.ask({ text: 'x', signal: new AbortController().signal, onNote: () => undefined });
  there.write(Buffer.concat([frame(FRAME.last, 77, 'to nobody'), frame(FRAME.last, 1, 'to you')]));
  expect(String(await asked)).toBe('to you');
  const next = line.ask({ text: 'y', signal: new AbortController().signal, onNote: () => undefined });
  there.write(frame(99, 2, 'from another version'));
  await expect(next).rejects.toThrow(LineBroken);
  expect(line.hasRoomFor('z')).toBe(false);
});

test('a question as large as an upload, or one too many, is left to a request of its own', () => {
  const [here] = duplexPair();
  const line = askOver(here, Buffer.alloc(0), () => undefined);
  expect(line.hasRoomFor('x'.repeat(MAX_PAYLOAD_BYTES))).toBe(false);
  const signal = new AbortController().signal;
  let asked = 0;
  for (; line.hasRoomFor('x') && asked < 5_000; asked++)
    line.ask({ text: 'x', signal, onNote: () => undefined }).catch(() => undefined);
  expect(asked).toBeLessThan(5_000);
  line.close();
});

test('who does not read is sent a bounded part of a large answer, and a small one passes between its pieces', async () => {
  const large = 'x'.repeat(8 * 1024 * 1024);
  const { here, there } = door(async ({ text }) => (text === 'large' ? large : 'small'));
  here.write(frame(FRAME.ask, 1, 'large'));
  for (let n = 0; n < 10; n++) await turn();
  here.write(frame(FRAME.ask, 2, 'small'));
  for (let n = 0; n < 10; n++) await turn();
  expect(there.writableLength).toBeLessThan(512 * 1024);
  const ended: number[] = [];
  let bytes = 0;
  const whole = Promise.withResolvers<void>();
  const read = readFrames((kind, id, payload) => {
    if (id === 1) bytes += payload.length;
    if (kind !== FRAME.last) return;
    ended.push(id);
    if (ended.length === 2) whole.resolve();
  });
  here.on('data', read);
  await whole.promise;
  expect(ended).toEqual([2, 1]);
  expect(bytes).toBe(large.length);
});

test('a line that is given up ends with its last answer', async () => {
  const [here, there] = duplexPair();
  const line = askOver(here, Buffer.alloc(0), () => undefined);
  const asked = line.ask({ text: 'x', signal: new AbortController().signal, onNote: () => undefined });
  line.retire();
  expect(line.hasRoomFor('y')).toBe(false);
  const closed = once(here, 'close');
  there.write(frame(FRAME.last, 1, 'done'));
  expect(String(await asked)).toBe('done');
  await closed;
});
