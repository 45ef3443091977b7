import type { Database } from '@hub/db/database.ts';
import { heartbeat } from '@hub/db/job-claims.ts';
import type { Claim } from '@hub/db/job-steps.ts';
import type { Log } from '@hub/runtime/log.ts';
import type { InterruptionReason } from './interruption.ts';

export interface LeaseOptions {
  readonly db: Database;
  readonly claim: Claim;
  readonly leaseMs: number;
  readonly log: Log;
  /** `performance.now()` before the claim was sent: the lease is at least as old as that. */
  readonly claimedAtMs: number;
  interrupt(reason: InterruptionReason): void;
}

/** Renews a job's lease three times per term until disposed; a lease that cannot be renewed in time counts as lost. */
export function keepLease(options: LeaseOptions): Disposable {
  let heldAtMs = options.claimedAtMs;
  let isAsking = false;

  async function beat(): Promise<void> {
    const askedAtMs = performance.now();
    isAsking = true;
    try {
      const answer = await heartbeat(options.db, options.claim, options.leaseMs);
      if (answer === 'lost') return options.interrupt('lease_lost');
      heldAtMs = askedAtMs;
      if (answer === 'cancel_requested') options.interrupt('cancelled');
    } catch (error) {
      options.log.warn({ err: error, jobId: options.claim.jobId }, 'a job lease could not be renewed');
    } finally {
      isAsking = false;
    }
  }

  const timer = setInterval(() => {
    if (performance.now() - heldAtMs > options.leaseMs) options.interrupt('lease_lost');
    else if (!isAsking) void beat();
  }, options.leaseMs / 3);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
