import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { createPeerClient, createPeerServer } from '@hub/runtime/peer.ts';
import { expect, test, vi } from 'vitest';
import { createDirectHome } from './direct.ts';
import { answerRemote } from './remote-door.ts';
import { HEAD, packHead } from './remote-wire.ts';
import { startScriptedHome } from './testing/scripted-home.ts';

/** A home that takes every command, and a subscription to it from elsewhere; `id` is the one under which its events come. */
async function subscribed() {
  await using stack = new AsyncDisposableStack();
  const scripted = stack.use(await startScriptedHome());
  let id: number | undefined;
  scripted.answer = (message, socket) => {
    if (message.type === 'listen') id = message.id;
    return socket.send(JSON.stringify({ id: message.id, type: 'result', success: true, result: null }));
  };
  const home = createDirectHome({ id: 'h', url: scripted.url, token: 'the-token', allowPrivateAddresses: true });
  stack.defer(() => home.close());
  const psk = randomBytes(32);
  const keys = { usedId: 1, keyOf: () => psk };
  const server = createPeerServer(keys, (request, response) => void answerRemote(home, 'subscribe', request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const peers = createPeerClient(keys);
  stack.defer(() => {
    peers.close();
    server.close();
    server.closeAllConnections();
  });
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const body = JSON.stringify({ type: 'listen' });
  const events = await peers.send({ address, path: '/', headers: { [HEAD]: packHead({}) }, body });
  const owned = stack.move();
  return { scripted, home, id, events, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

test('who does not read the events of a subscription loses it, so that they do not pile up at the holder', async () => {
  await using open = await subscribed();
  const { scripted, id, events: unread } = open;
  const [socket] = scripted.sockets;
  const event = JSON.stringify({ id, type: 'event', event: 'x'.repeat(64 * 1024) });
  const isOver = () => scripted.received.some(({ type }) => type === 'unsubscribe_events');
  for (let n = 0; n < 1_000 && !isOver(); n++) {
    socket?.send(event);
    await turn();
  }
  await vi.waitFor(() => expect(isOver()).toBe(true), { timeout: 5_000 });
  unread.destroy();
});

test('a link that is closed here breaks its subscriptions off, so that they are opened anew where the home is then', async () => {
  await using open = await subscribed();
  const broken = expect(buffer(open.events)).rejects.toThrow('aborted');
  await open.home.close();
  await broken;
});
