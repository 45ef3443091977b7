import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '@hub/core/fault.ts';
import { pause } from '@hub/core/pause.ts';
import type { Database } from '@hub/db/database.ts';
import { claimReplica, releaseReplica, renewReplica } from '@hub/db/replicas.ts';
import { LEASE_MS, RENEW_EVERY_MS } from '@hub/gate/cluster/lease.ts';
import type { Places } from '@hub/gate/cluster/places.ts';
import type { Standing } from '@hub/gate/cluster/standing.ts';
import type { Bus } from '@hub/runtime/bus.ts';
import type { Log } from '@hub/runtime/log.ts';
import type { Shutdown } from '@hub/runtime/shutdown.ts';
import { type AskOthersDeps, askOthers } from './ask-others.ts';

export interface MembershipDeps {
  readonly db: Database;
  readonly bus: Bus;
  readonly ring: AskOthersDeps['ring'];
  readonly replicaId: string;
  /** Where other replicas reach this one: `host:port`. */
  readonly address: string;
  readonly places: Places;
  readonly standing: Standing;
  readonly shutdown: Shutdown;
  readonly log: Log;
}

/** One that hangs on a line that is dead must not keep the next from trying another; nor do so many for ever. */
const MAX_PENDING = 3;

/**
 * Takes this replica's row and keeps its lease until all else has stopped. While the database is away for all, nobody can take a
 * home over either, so those held go on being served; when others reach it, or a row that somebody ended, this one lets go of all.
 * @throws Fault RESOURCE_LOCKED when a hub without REDIS_URL runs on this database
 */
export async function joinCluster(deps: MembershipDeps): Promise<void> {
  const { db, replicaId, address, places, standing, shutdown, log } = deps;
  const claim = { id: replicaId, address, isAlone: false, leaseMs: LEASE_MS };
  await claimReplica(db, { ...claim, waitMs: 17_000, signal: shutdown.signal });
  standing.renewed(performance.now());
  const giveBack = new AbortController();
  const ask = askOthers(deps, () => letGo('others reach the database and this replica does not'));
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

  function letGo(why: string): void {
    log.warn({ why }, 'this replica lets go of its homes');
    standing.cutOff();
    places.dropAll();
  }

  async function keep(): Promise<void> {
    let pending = 0;
    let isFailing = false;
    for (;;) {
      await pause(RENEW_EVERY_MS, giveBack.signal);
      if (giveBack.signal.aborted) return;
      const wanted = standing.look();
      if (wanted === 'ask others') ask();
      if (wanted === 'let go') letGo('this replica stood still beyond its lease and cannot renew it');
      if (pending >= MAX_PENDING) continue;
      pending++;
      void Promise.race([renew(), tooLong()])
        .then(() => {
          if (isFailing) log.info('the lease is renewed again');
          isFailing = false;
        })
        .catch((error: unknown) => {
          if (!isFailing) log.warn({ err: error }, 'the lease could not be renewed');
          isFailing = true;
        })
        .finally(() => pending--);
    }
  }

  async function renew(): Promise<void> {
    const askedAt = performance.now();
    const renewed = await renewReplica(db, replicaId, LEASE_MS, { mayBeLate: true });
    if (giveBack.signal.aborted) return;
    if (!renewed) {
      log.warn('the lease of this replica was ended by another one; it joins anew');
      places.dropAll();
      await claimReplica(db, claim);
    } else if (renewed.wasLate) await places.reconcile();
    standing.renewed(askedAt);
  }
}

/** It may still come to its end afterwards, and counts then. */
async function tooLong(): Promise<never> {
  await delay(LEASE_MS, undefined, { ref: false });
  throw new Fault('STORAGE_UNAVAILABLE', `The database did not answer within ${LEASE_MS} ms.`);
}
