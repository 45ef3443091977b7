import { randomBytes } from 'node:crypto';
import { newId } from '@hub/core/ids.ts';
import { createTestDatabase, type TestDatabase } from '@hub/db/testing/database.ts';
import { NOT_HELD } from '@hub/gate/cluster/ask-holder.ts';
import { createPlaces } from '@hub/gate/cluster/places.ts';
import { freePort } from '@hub/real-home/free-port.ts';
import { createLogger } from '@hub/runtime/log.ts';
import { createMetrics } from '@hub/runtime/metrics.ts';
import { createPeerClient } from '@hub/runtime/peer.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createInternalServer } from './internal-server.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('a replica that leaves tells others that it has no home, for as long as any still asks', async () => {
  const psk = randomBytes(32);
  const keys = { usedId: 1, keyOf: () => psk };
  const places = createPlaces({ db: database.db, replicaId: newId(), onMoved: () => undefined });
  const unused = () => Promise.reject(new Error('no home is here'));
  const server = createInternalServer({
    ...{ db: database.db, keys, places, homes: { hold: unused } },
    ...{ gate: { call: unused }, directory: { findById: unused } },
    metrics: createMetrics({ version: '0', service: 'hub', jobKinds: new Set() }),
    log: createLogger({ name: 'test', level: 'silent', to: 'stderr', pretty: false }),
  });
  const port = await freePort();
  await server.listen('127.0.0.1', port);
  const peers = createPeerClient(keys);
  try {
    await places.leave();
    const ask = async () => {
      const answer = await peers.send({ address: `127.0.0.1:${port}`, path: `/homes/${newId()}/call`, body: '{}' });
      answer.resume();
      return answer.statusCode;
    };
    await ask();
    let isSettled = false;
    const settling = server.settled(60_000).then(() => {
      isSettled = true;
    });
    for (let round = 0; round < 5; round++) {
      expect(await ask()).toBe(NOT_HELD);
      expect(isSettled).toBe(false);
    }
    await settling;
  } finally {
    peers.close();
    server.close();
  }
}, 60_000);
