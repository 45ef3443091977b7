import { Fault } from '@hub/core/fault.ts';
import { pause } from '@hub/core/pause.ts';
import type { Database } from '@hub/db/database.ts';
import { type DueNotice, putOffNotice, settleNotice, takeNotices } from '@hub/db/notices.ts';
import type { Vault } from '@hub/db/vault.ts';
import type { Log } from '@hub/runtime/log.ts';
import { channelSettings } from './channel-shape.ts';
import { quietForMs } from './quiet-hours.ts';
import { sendNotice } from './send-notice.ts';

export interface DeliveryDeps {
  readonly db: Database;
  readonly vault: Vault;
  readonly log: Log;
  readonly allowPrivateAddresses: boolean;
}

const EVERY_MS = 5_000;
const AT_ONCE = 20;
const LEASE_MS = 120_000;
const FIRST_RETRY_MS = 30_000;
const LONGEST_RETRY_MS = 3 * 3_600_000;
/** About a day of trying. */
const MAX_ATTEMPTS = 16;

/** Sends what is stored, until the signal ends it, each by itself: a receiver that is slow holds up no other. Never throws; all replicas take part. */
export async function deliverNotices(deps: DeliveryDeps, signal: AbortSignal): Promise<void> {
  const running = new Set<Promise<void>>();
  while (!signal.aborted) {
    const begun = await beginDue(deps, new Date(), AT_ONCE - running.size).catch((error: unknown) => {
      deps.log.debug({ err: error }, 'messages have to wait');
      return [];
    });
    for (const one of begun) {
      const work: Promise<void> = one
        .catch((error: unknown) => deps.log.warn({ err: error }, 'a message could not be dealt with'))
        .finally(() => running.delete(work));
      running.add(work);
    }
    if (running.size >= AT_ONCE) await Promise.race(running);
    else if (begun.length === 0) await pause(EVERY_MS, signal);
  }
}

/** Once: as many messages as are sent at a time. @throws Fault STORAGE_UNAVAILABLE */
export async function deliverDue(deps: DeliveryDeps, now: Date): Promise<void> {
  await Promise.all(await beginDue(deps, now, AT_ONCE));
}

async function beginDue(deps: DeliveryDeps, now: Date, count: number): Promise<readonly Promise<void>[]> {
  const due = await takeNotices(deps.db, deps.vault, count, LEASE_MS);
  return due.map((notice) => deliver(deps, notice, now));
}

async function deliver({ db, allowPrivateAddresses }: DeliveryDeps, notice: DueNotice, now: Date): Promise<void> {
  const { channel, attempt } = notice;
  const waitMs = quietForMs(channel.quiet, channel.timeZone, now);
  if (waitMs > 0) return putOffNotice(db, notice, waitMs, undefined);
  try {
    await sendNotice(channelSettings.parse(await channel.settings()), notice, allowPrivateAddresses);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (attempt >= MAX_ATTEMPTS) return settleNotice(db, notice, error.message);
    const retryMs = Math.min(FIRST_RETRY_MS * 2 ** (attempt - 1), LONGEST_RETRY_MS);
    return putOffNotice(db, notice, retryMs, error.message);
  }
  await settleNotice(db, notice, undefined);
}
