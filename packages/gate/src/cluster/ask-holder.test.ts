import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { newId } from '@hub/core/ids.ts';
import { SYSTEM_ACTOR } from '@hub/db/actor.ts';
import { registerHome } from '@hub/db/homes.ts';
import { claimReplica, releaseReplica } from '@hub/db/replicas.ts';
import { createTenant } from '@hub/db/tenants.ts';
import { createTestDatabase, type TestDatabase } from '@hub/db/testing/database.ts';
import { freePort } from '@hub/real-home/free-port.ts';
import { answerJson, createPeerClient, createPeerServer } from '@hub/runtime/peer.ts';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { askHolder } from './ask-holder.ts';
import { byRequest } from './holder-request.ts';
import { createPlaces, type Places } from './places.ts';

const psk = randomBytes(32);
const keys = { usedId: 1, keyOf: () => psk };
const ending: (() => void)[] = [];
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(() => {
  for (const end of ending.splice(0)) end();
});
afterAll(() => database.drop());

async function serve(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createPeerServer(keys, handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ending.push(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The home seems to be at the first address, and is at the second. */
function movedFrom(...addresses: readonly string[]): Places {
  let looks = 0;
  const places = createPlaces({ db: database.db, replicaId: undefined, onMoved: () => undefined });
  return {
    ...places,
    locate: async () => ({ replicaId: newId(), address: addresses[looks++] ?? '' }),
    missed: async () => undefined,
    lives: async () => true,
  };
}

const file = () => Array.from({ length: 40 }, (_, n) => Buffer.alloc(65_536, n + 1));
async function send(places: Places, body: Readable) {
  const peers = createPeerClient(keys);
  ending.push(peers.close);
  const homeId = newId();
  return askHolder(
    places,
    { homeId, deadlineMs: 10_000, isRepeatable: false, isSpent: () => body.readableDidRead },
    byRequest(peers, { homeId, act: 'rest', headers: {}, body }),
  );
}

test('a file reaches the holder whole after another replica refused the connection', async () => {
  const got = Promise.withResolvers<Buffer>();
  const holder = await serve((request, response) => {
    buffer(request).then(got.resolve, got.reject);
    got.promise.then(() => answerJson(response, 200, {})).catch(() => response.destroy());
  });
  const nobody = `127.0.0.1:${await freePort()}`;
  await send(movedFrom(nobody, holder), Readable.from(file(), { objectMode: false }));
  expect((await got.promise).equals(Buffer.concat(file()))).toBe(true);
});

test('a file that a replica without the home began to take is not sent on without its beginning', async () => {
  let heard = 0;
  const holder = await serve((_request, response) => {
    heard++;
    answerJson(response, 200, {});
  });
  const wrong = await serve((request, response) => {
    request.once('data', () => answerJson(response, 421, {}));
  });
  const sending = send(movedFrom(wrong, holder), Readable.from(file(), { objectMode: false }));
  await expect(sending).rejects.toMatchObject({ code: 'CONNECTION_FAILED' });
  expect(heard).toBe(0);
});

test('who holds no homes asks no replica that leaves', async () => {
  const { db } = database;
  const [leaving, staying] = [newId(), newId()];
  for (const id of [leaving, staying])
    await claimReplica(db, { id, address: `${id}:1`, isAlone: false, leaseMs: 60_000 });
  const places = createPlaces({ db, replicaId: undefined, onMoved: () => undefined });
  places.forget(leaving);
  for (let n = 0; n < 16; n++) expect(await places.locate(newId())).toMatchObject({ replicaId: staying });
  for (const id of [leaving, staying]) await releaseReplica(db, id);
});

test('a replica asked for a home takes it when the holder it remembers is gone', async () => {
  const homeId = await newHome('moved');
  const [first, second] = [await join('a:1'), await join('b:1')];
  expect(await first.places.locate(homeId)).toBe('here');
  expect(await second.places.locate(homeId)).toMatchObject({ replicaId: first.replicaId });
  await releaseReplica(database.db, first.replicaId);
  expect(await second.places.locateAnew(homeId)).toBe('here');
});

test('where a stranger answers at the address of a holder that is gone, the home is looked for anew', async () => {
  const homeId = await newHome('let');
  const strangers = createPeerServer({ usedId: 1, keyOf: () => randomBytes(32) }, () => undefined).listen(
    0,
    '127.0.0.1',
  );
  await once(strangers, 'listening');
  ending.push(() => void strangers.close());
  const first = await join(`127.0.0.1:${(strangers.address() as AddressInfo).port}`);
  const second = await join('b:3');
  expect(await first.places.locate(homeId)).toBe('here');
  expect(await second.places.locate(homeId)).toMatchObject({ replicaId: first.replicaId });
  await releaseReplica(database.db, first.replicaId);
  const peers = createPeerClient(keys);
  ending.push(peers.close);
  const ask = () =>
    askHolder(
      second.places,
      { homeId, deadlineMs: 10_000, isRepeatable: true },
      byRequest(peers, { homeId, act: 'send', headers: {} }),
    );
  await expect(ask()).rejects.toThrow('does not know the key');
  expect(await ask()).toBe('here');
});

test('of a holder that fell silent what was sent is unknown, and all its homes are looked for anew', async () => {
  const [one, other] = [await newHome('one'), await newHome('other')];
  const [silent, second] = [await join('a:2'), await join('b:2')];
  for (const homeId of [one, other]) {
    expect(await silent.places.locate(homeId)).toBe('here');
    expect(await second.places.locate(homeId)).toMatchObject({ replicaId: silent.replicaId });
  }
  const write = { homeId: one, deadlineMs: 10_000, isRepeatable: false };
  const asking = askHolder(second.places, write, async (_place, signal) => {
    await releaseReplica(database.db, silent.replicaId);
    await once(signal, 'abort');
    throw signal.reason;
  });
  await expect(asking).rejects.toMatchObject({ code: 'CONNECTION_FAILED', outcomeUnknown: true });
  for (const homeId of [one, other]) expect(await second.places.locate(homeId)).toBe('here');
});

async function newHome(slug: string): Promise<string> {
  const { db, vault } = database;
  const tenant = await createTenant(db, vault, { slug, name: slug }, SYSTEM_ACTOR);
  const link = { url: `http://${slug}.example`, token: 'x' };
  return (await registerHome(db, vault, tenant.id, { name: slug, link }, SYSTEM_ACTOR)).home.id;
}

async function join(address: string) {
  const { db } = database;
  const replicaId = newId();
  await claimReplica(db, { id: replicaId, address, isAlone: false, leaseMs: 60_000 });
  return { replicaId, places: createPlaces({ db, replicaId, onMoved: () => undefined }) };
}
