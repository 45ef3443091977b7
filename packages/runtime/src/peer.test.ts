import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { freePort } from '@hub/real-home/free-port.ts';
import { afterEach, expect, test } from 'vitest';
import { answerJson, createPeerClient, createPeerServer, type PeerKeys, PeerUnreachable } from './peer.ts';

const ending: (() => void)[] = [];
afterEach(() => {
  for (const end of ending.splice(0).reverse()) end();
});

const ringOf = (...entries: (readonly [number, Buffer])[]): PeerKeys => {
  const keys = new Map(entries);
  return { usedId: Math.max(...keys.keys()), keyOf: (id) => keys.get(id) };
};
const [first, second] = [randomBytes(32), randomBytes(32)];

async function serve(keys: PeerKeys, handle: (request: IncomingMessage, response: ServerResponse) => void) {
  return listen(createPeerServer(keys, handle));
}
async function listen(server: Pick<Server, 'listen' | 'address' | 'close'> & NodeJS.EventEmitter): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ending.push(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
function client(keys: PeerKeys) {
  const one = createPeerClient(keys);
  ending.push(one.close);
  return one;
}
const echo = async (request: IncomingMessage, response: ServerResponse) =>
  answerJson(response, 200, { path: request.url, said: await text(request) });

test('who knows a key of the ring is heard, a new key beside an old one as well', async () => {
  const address = await serve(ringOf([1, first], [2, second]), echo);
  for (const keys of [ringOf([1, first]), ringOf([1, first], [2, second])]) {
    const answer = await client(keys).send({ address, path: '/x', body: Readable.from(['hel', 'lo']) });
    expect(JSON.parse(await text(answer))).toEqual({ path: '/x', said: 'hello' });
  }
});

test.each([
  ['another key under the same number', ringOf([1, second])],
  ['a number that is not in the ring', ringOf([7, first])],
])('a client with %s gets nothing through', async (_what, keys) => {
  let heard = 0;
  const address = await serve(ringOf([1, first]), () => heard++);
  await expect(client(keys).send({ address, path: '/', body: 'x' })).rejects.toMatchObject({ why: 'stranger' });
  expect(heard).toBe(0);
});

test('a client does not speak to a server that lacks the key, nor is plain HTTP answered', async () => {
  const address = await serve(ringOf([1, second]), echo);
  await expect(client(ringOf([1, first])).send({ address, path: '/' })).rejects.toThrow(PeerUnreachable);
  const socket = connect(Number(address.split(':')[1]), '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nhost: x\r\n\r\n');
  const answered = await text(socket).catch(() => '');
  expect(answered).not.toContain('HTTP/1.1 200');
});

test('refused and silent are told apart, and both mean that nothing was sent', async () => {
  const keys = ringOf([1, first]);
  const nobody = `127.0.0.1:${await freePort()}`;
  await expect(client(keys).send({ address: nobody, path: '/' })).rejects.toMatchObject({ why: 'refused' });
  const silent = await listen(createServer(() => undefined));
  await expect(client(keys).send({ address: silent, path: '/' })).rejects.toMatchObject({ why: 'silent' });
});

test('a name that cannot be looked up does not prove that nothing listens', async () => {
  const sending = client(ringOf([1, first])).send({ address: 'nobody.invalid:1', path: '/' });
  await expect(sending).rejects.toMatchObject({ why: 'silent' });
});

test('who gives up is seen to have gone', async () => {
  const gone = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  const address = await serve(ringOf([1, first]), (_request, response) => {
    arrived.resolve();
    response.on('close', () => gone.resolve());
  });
  const stop = new AbortController();
  const asked = client(ringOf([1, first])).send({ address, path: '/', signal: stop.signal });
  await arrived.promise;
  stop.abort(new Error('enough'));
  await expect(asked).rejects.toThrow();
  await gone.promise;
});

test('a client that runs on proves the key that is in use by now', async () => {
  const address = await serve(ringOf([2, second]), echo);
  const rotating = { usedId: 1, keyOf: (id: number) => ({ 1: first, 2: second })[id] };
  const early = client(rotating);
  await expect(early.send({ address, path: '/', body: 'x' })).rejects.toMatchObject({ why: 'stranger' });
  rotating.usedId = 2;
  expect((await early.send({ address, path: '/', body: 'x' })).statusCode).toBe(200);
});
