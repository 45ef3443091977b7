import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { newId } from '@hub/core/ids.ts';
import type { Home } from '@hub/ha/home.ts';
import { EVENTS, HEAD, packHead } from '@hub/ha/remote-wire.ts';
import { createPeerClient, createPeerServer } from '@hub/runtime/peer.ts';
import { afterEach, expect, test } from 'vitest';
import type { Places } from './places.ts';
import { openRemoteHome } from './remote-homes.ts';

const psk = randomBytes(32);
const keys = { usedId: 1, keyOf: () => psk };
const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

interface Holder {
  readonly replicaId: string;
  readonly address: string;
  isAlive: boolean;
}

/** A replica that begins its answers as told and then says no more, as one that hangs. */
async function holder(begin: (response: ServerResponse) => void): Promise<Holder> {
  const server = createPeerServer(keys, (_request, response) => begin(response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ending.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return { replicaId: newId(), address: `127.0.0.1:${(server.address() as AddressInfo).port}`, isAlive: true };
}

/** The home is at the first of them that lives. */
function homeAt(...holders: readonly Holder[]): Home {
  const peers = createPeerClient(keys);
  const places: Partial<Places> = {
    locate: async () => holders.find(({ isAlive }) => isAlive) ?? Promise.reject(new Error('nobody lives')),
    lives: async ({ replicaId }) => holders.some((one) => one.replicaId === replicaId && one.isAlive),
    missed: async () => undefined,
  };
  const home = openRemoteHome({ peers, places: places as Places }, { tenantId: newId(), homeId: newId() });
  ending.push(peers.close, () => home.close());
  return home;
}

test('a download from a holder that falls silent ends with its lease', async () => {
  const silent = await holder((response) => {
    response.writeHead(200, { [HEAD]: packHead({ status: 200, headers: {} }) });
    response.write('the first half');
  });
  const { body } = await homeAt(silent).rest({ method: 'GET', path: '/api/backup/download/1' });
  const reading = (async () => {
    for await (const _chunk of body) silent.isAlive = false;
  })();
  await expect(reading).rejects.toMatchObject({ code: 'CONNECTION_FAILED', outcomeUnknown: false });
});

test('a subscription at a holder that falls silent goes on at the next one', async () => {
  const telling = (event: string) => (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': EVENTS });
    response.write(`${JSON.stringify({ event })}\n`);
  };
  const [silent, next] = [await holder(telling('first')), await holder(telling('second'))];
  const heard: unknown[] = [];
  const all = Promise.withResolvers<void>();
  const onEvent = (event: unknown) => {
    heard.push(event);
    silent.isAlive = false;
    if (heard.length === 3) all.resolve();
  };
  await homeAt(silent, next).subscribe({ type: 'subscribe_events' }, onEvent, { onRenewed: () => onEvent('renewed') });
  await all.promise;
  expect(heard.toSorted()).toEqual(['first', 'renewed', 'second']);
});
