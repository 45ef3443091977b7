import { Fault } from '@hub/core/fault.ts';
import { pause } from '@hub/core/pause.ts';
import type { Database } from '@hub/db/database.ts';
import { claimReplica, type ReplicaClaim, releaseReplica, renewReplica } from '@hub/db/replicas.ts';
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
 * Makes sure this is the only hub on the database, as without a shared bus two would not hear of each other. Keeps the lease until
 * all else has stopped, and takes it again when it ran out unseen (a machine that slept); a hub that finds another one in its
 * place stops. @throws Fault RESOURCE_LOCKED when another one lives
 */
export async function holdLease(db: Database, holder: LeaseHolder, shutdown: Shutdown, log: Log): Promise<void> {
  const { replicaId: id, address, isEmbedded } = holder;
  const claim: ReplicaClaim = { id, address, isAlone: true, leaseMs: LEASE_MS, takeOver: isEmbedded };
  await claimReplica(db, { ...claim, waitMs: LEASE_MS + 2_000, signal: shutdown.signal });
  const giveBack = new AbortController();
  const keeping = keep(db, claim, giveBack.signal, log).then((isHeld) => {
    if (isHeld) return;
    log.fatal('another hub took over this database');
    void shutdown.stop('another hub took over').then(() => process.exit(1));
  });
  shutdown.onStop(
    'queue',
    'lease',
    async () => {
      giveBack.abort();
      await keeping;
      await releaseReplica(db, id);
    },
    2_000,
  );
}

/** False once another hub has the lease. */
async function keep(db: Database, claim: ReplicaClaim, signal: AbortSignal, log: Log): Promise<boolean> {
  for (;;) {
    await pause(RENEW_EVERY_MS, signal);
    if (signal.aborted) return true;
    try {
      if ((await renewReplica(db, claim.id, LEASE_MS)) === undefined) await claimReplica(db, claim);
    } catch (error) {
      if (error instanceof Fault && error.code === 'RESOURCE_LOCKED') return false;
      log.warn({ err: error }, 'the lease could not be renewed');
    }
  }
}
