import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@hub/db/database.ts';
import { claimReplica, releaseReplica, renewReplica } from '@hub/db/replicas.ts';
import type { Log } from '@hub/runtime/log.ts';
import type { Shutdown } from '@hub/runtime/shutdown.ts';

const LEASE_MS = 15_000;
const RENEW_EVERY_MS = 2_000;

export interface LeaseHolder {
  readonly replicaId: string;
  readonly address: string;
  /** The data folder's lock already proves that no other hub runs on this database. */
  readonly isEmbedded: boolean;
}

/**
 * Makes sure this is the only hub on the database, as without a shared bus two would not hear of each other.
 * A hub that cannot renew its lease in time stops. @throws Fault RESOURCE_LOCKED when another one lives
 */
export async function holdLease(db: Database, holder: LeaseHolder, shutdown: Shutdown, log: Log): Promise<void> {
  const { replicaId, address, isEmbedded } = holder;
  await claimReplica(db, {
    id: replicaId,
    address,
    isAlone: true,
    leaseMs: LEASE_MS,
    takeOver: isEmbedded,
    waitMs: LEASE_MS + 2_000,
    signal: shutdown.signal,
  });
  shutdown.onStop('queue', 'lease', () => releaseReplica(db, replicaId), 2_000);
  void renew(db, replicaId, shutdown, log);
}

async function renew(db: Database, replicaId: string, shutdown: Shutdown, log: Log): Promise<void> {
  while (!shutdown.signal.aborted) {
    await delay(RENEW_EVERY_MS, undefined, { ref: false, signal: shutdown.signal }).catch(() => undefined);
    if (shutdown.signal.aborted) return;
    const until = await renewReplica(db, replicaId, LEASE_MS).catch((error: unknown) => {
      log.warn({ err: error }, 'the lease could not be renewed');
      return null;
    });
    if (until !== undefined) continue;
    log.fatal('another hub took over this database');
    void shutdown.stop('another hub took over').then(() => process.exit(1));
    return;
  }
}
