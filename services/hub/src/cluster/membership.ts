import { pause } from '@hub/core/pause.ts';
import type { Database } from '@hub/db/database.ts';
import { claimReplica, releaseReplica, renewReplica } from '@hub/db/replicas.ts';
import { LEASE_MS, RENEW_EVERY_MS } from '@hub/gate/cluster/lease.ts';
import type { Places } from '@hub/gate/cluster/places.ts';
import type { Log } from '@hub/runtime/log.ts';
import type { Shutdown } from '@hub/runtime/shutdown.ts';

export interface MembershipDeps {
  readonly db: Database;
  readonly replicaId: string;
  /** Where other replicas reach this one: `host:port`. */
  readonly address: string;
  readonly places: Places;
  readonly shutdown: Shutdown;
  readonly log: Log;
}

/**
 * Takes this replica's row and keeps its lease until all else has stopped. While the database is away nobody can take a home
 * over either, so those held go on being served; a row that somebody ended means letting go of all of them and joining anew.
 * @throws Fault RESOURCE_LOCKED when a hub without REDIS_URL runs on this database
 */
export async function joinCluster({ db, replicaId, address, places, shutdown, log }: MembershipDeps): Promise<void> {
  const claim = { id: replicaId, address, isAlone: false, leaseMs: LEASE_MS };
  await claimReplica(db, { ...claim, waitMs: 17_000, signal: shutdown.signal });
  const giveBack = new AbortController();
  const keeping = keep();
  shutdown.onStop(
    'links',
    'lease',
    async () => {
      giveBack.abort();
      await keeping;
      await releaseReplica(db, replicaId);
    },
    3_000,
  );

  async function keep(): Promise<void> {
    let heldAt = performance.now();
    for (;;) {
      await pause(RENEW_EVERY_MS, giveBack.signal);
      if (giveBack.signal.aborted) return;
      try {
        const askedAt = performance.now();
        const isHeld = (await renewReplica(db, replicaId, LEASE_MS, { mayBeLate: true })) !== undefined;
        if (!isHeld) {
          log.warn('the lease of this replica was ended by another one; it joins anew');
          places.dropAll();
          await claimReplica(db, claim);
        } else if (askedAt - heldAt > LEASE_MS) await places.reconcile();
        heldAt = askedAt;
      } catch (error) {
        log.warn({ err: error }, 'the lease could not be renewed');
      }
    }
  }
}
