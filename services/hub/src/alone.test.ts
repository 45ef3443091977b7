import { newId } from '@hub/core/ids.ts';
import { releaseReplica, renewReplica } from '@hub/db/replicas.ts';
import { createTestDatabase } from '@hub/db/testing/database.ts';
import { createLogger } from '@hub/runtime/log.ts';
import { createShutdown } from '@hub/runtime/shutdown.ts';
import { expect, test } from 'vitest';
import { holdLease } from './alone.ts';

const log = createLogger({ name: 'test', level: 'silent', to: 'stderr' });

test('a lease that ran out unseen is taken again, also while the hub stops, and is free once it has', async () => {
  const { db, drop } = await createTestDatabase();
  const replicaId = newId();
  const isHeld = async () => (await renewReplica(db, replicaId, 15_000)) !== undefined;
  const shutdown = createShutdown(log);
  await holdLease(db, { replicaId, address: 'a', isEmbedded: false }, shutdown, log);
  expect(await isHeld()).toBe(true);
  let wasTakenAgain = false;
  shutdown.onStop(
    'inflight',
    'a call that takes long',
    async () => {
      await releaseReplica(db, replicaId);
      await expect.poll(isHeld, { interval: 500, timeout: 10_000 }).toBe(true);
      wasTakenAgain = true;
    },
    15_000,
  );
  expect(await shutdown.stop('test')).toBe(true);
  expect([wasTakenAgain, await isHeld()]).toEqual([true, false]);
  await drop();
});
