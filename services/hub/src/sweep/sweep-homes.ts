import { Fault } from '@hub/core/fault.ts';
import { pause } from '@hub/core/pause.ts';
import type { Database } from '@hub/db/database.ts';
import { setClock } from '@hub/db/home-clock.ts';
import { findHome } from '@hub/db/home-holders.ts';
import { readLink } from '@hub/db/home-links.ts';
import { countLook } from '@hub/db/home-report.ts';
import { writeHomeMissed, writeHomeStatus } from '@hub/db/home-status.ts';
import { type DueHome, type HomeSweep, LOOK_LEASE_MS, putOff, takeDueHomes, writeSweep } from '@hub/db/home-sweeps.ts';
import type { Vault } from '@hub/db/vault.ts';
import type { Elsewhere } from '@hub/gate/gate-deps.ts';
import type { Holder } from '@hub/gate/holder.ts';
import { readCertificateExpiry } from '@hub/ha/dial.ts';
import { createDirectHome } from '@hub/ha/direct.ts';
import { readHealth } from '@hub/ha/health.ts';
import type { Home, HomeInfo } from '@hub/ha/home.ts';
import { readTimeZone } from '@hub/ha/time-zone.ts';
import type { Log } from '@hub/runtime/log.ts';
import { linkOptions } from '../homes.ts';

export interface SweepDeps {
  readonly db: Database;
  readonly vault: Vault;
  readonly homes: Pick<Holder, 'hold' | 'stateOf'>;
  /** Undefined where this hub is alone. */
  readonly cluster: { readonly elsewhere: Pick<Elsewhere, 'isHere'> } | undefined;
  readonly log: Log;
  readonly config: { readonly sweepEveryMs: number; readonly allowPrivateAddresses: boolean };
  readonly signal: AbortSignal;
}

/** Homes looked at at once by this process: so many sockets at most. */
const AT_ONCE = 40;
/** So many of them may be homes that were away, each of which takes its whole deadline: a thousand of these hold up no other. */
const AWAY_AT_ONCE = AT_ONCE / 2;
const READY_MS = 10_000;
const READ_MS = 20_000;
/** A home that was not reached is tried sooner than the others. */
const AGAIN_MS = 5 * 60_000;
const IDLE_MS = 5_000;

/**
 * Looks at every home now and then and keeps what it finds. All replicas take part: each takes what is due from the table.
 * A home that somebody holds is asked over that link; for another one a link is opened and closed again, so that ten thousand
 * homes cost no links between two looks. Never throws; one home's trouble is kept as its status.
 */
export async function sweepHomes(deps: SweepDeps): Promise<void> {
  const { db, config, log, signal } = deps;
  if (config.sweepEveryMs === 0) return;
  const running = new Map<Promise<void>, DueHome>();
  while (!signal.aborted) {
    const away = [...running.values()].filter(({ wasAway }) => wasAway).length;
    const room = { count: AT_ONCE - running.size, ofAway: AWAY_AT_ONCE - away };
    const due = await takeDueHomes(db, room, LOOK_LEASE_MS).catch((error: unknown) => {
      log.debug({ err: error }, 'homes could not be looked at');
      return [];
    });
    for (const one of due) {
      const work: Promise<void> = sweepOne(deps, one)
        .catch((err: unknown) =>
          log[err instanceof Fault ? 'debug' : 'error']({ err, homeId: one.homeId }, 'a look at a home was not kept'),
        )
        .finally(() => running.delete(work));
      running.set(work, one);
    }
    // With nothing to do it is enough to look again in a while; with all hands busy, when one is free.
    if (running.size >= AT_ONCE) await Promise.race(running.keys());
    else await pause(due.length > 0 ? 50 : IDLE_MS, signal);
  }
  await Promise.all(running.keys());
}

/** What was seen is the home's; what goes wrong in keeping it is not, and leaves the home due again. */
async function sweepOne(deps: SweepDeps, due: DueHome): Promise<void> {
  const { db, config, signal } = deps;
  const seen = await lookAt(deps, due).catch((error: unknown) => {
    if (error instanceof Fault && error.code !== 'STORAGE_UNAVAILABLE') return error;
    throw error;
  });
  if (signal.aborted) return;
  const isMissed = seen instanceof Fault;
  if (isMissed) await noteMissed(db, due, seen);
  else {
    await noteSeen(db, due, seen.info);
    await noteClock(db, due, seen.timeZone);
    await writeSweep(db, due, seen);
  }
  await countLook(db, due.tenantId, due.homeId, !isMissed);
  await putOff(db, due, isMissed ? Math.min(AGAIN_MS, config.sweepEveryMs) : config.sweepEveryMs);
}

interface Look extends HomeSweep {
  readonly timeZone: string | undefined;
  readonly info: HomeInfo;
}

/**
 * Over the link that somebody holds, which stays; else over one of our own for just this look. So too where another replica has
 * it and does not answer: what happens between replicas says nothing of the home.
 */
async function lookAt(deps: SweepDeps, { tenantId, homeId }: DueHome): Promise<Look> {
  const { db, vault, homes, cluster, config, signal } = deps;
  const link = linkOptions(await readLink(db, vault, tenantId, homeId), config.allowPrivateAddresses);
  async function over(home: Home): Promise<Look> {
    await home.ready({ signal, deadlineMs: READY_MS });
    const options = { signal, deadlineMs: READ_MS };
    const [health, timeZone] = await Promise.all([
      readHealth(home, options),
      readTimeZone(home, options).catch(() => undefined),
    ]);
    const policy = { allowPrivate: config.allowPrivateAddresses };
    const expiry = readCertificateExpiry({ ...link, url: new URL(link.url), policy });
    return { ...health, timeZone, certificateExpiresAt: await expiry.catch(() => undefined), info: home.info };
  }
  const isElsewhere = cluster !== undefined && !cluster.elsewhere.isHere(homeId);
  const isHeld = homes.stateOf(homeId) !== undefined || (isElsewhere && (await findHome(db, homeId)) !== undefined);
  if (isHeld) {
    try {
      return await over((await homes.hold(tenantId, homeId)).home);
    } catch (error) {
      if (!isElsewhere || !(error instanceof Fault) || signal.aborted) throw error;
    }
  }
  await using own = closing(createDirectHome(link));
  return await over(own.home);
}

function closing(home: Home) {
  return { home, [Symbol.asyncDispose]: () => home.close() };
}

async function noteSeen(db: Database, { tenantId, homeId }: DueHome, info: HomeInfo): Promise<void> {
  const now = new Date();
  await writeHomeStatus(db, tenantId, homeId, {
    ...{ state: 'running', haVersion: info.haVersion, isAdmin: info.isAdmin },
    ...{ locationName: info.locationName || undefined, lastSeenAt: now, fault: undefined, checkedAt: now },
  });
}

/** Where a person said which clock it goes by, and where it goes by this one, there is nothing to write. */
async function noteClock(db: Database, due: DueHome, seenTimeZone: string | undefined): Promise<void> {
  if (due.followsClock && seenTimeZone !== due.timeZone) await setClock(db, due, { seenTimeZone });
}

/** What was known of it stays: its version, when it was last seen, what the last sweep found. */
async function noteMissed(
  db: Database,
  { tenantId, homeId }: DueHome,
  { code, message, context }: Fault,
): Promise<void> {
  const isRefused = code === 'AUTH_INVALID_TOKEN';
  const state = isRefused ? (context['status'] === 403 ? 'banned' : 'reauth_required') : 'offline';
  await writeHomeMissed(db, tenantId, homeId, { state, fault: { code, message } });
}
