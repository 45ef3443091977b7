import { Fault } from '@hub/core/fault.ts';
import type { Database } from '@hub/db/database.ts';
import { type OpenLink, readLink } from '@hub/db/home-links.ts';
import { writeHomeMissed, writeHomeStatus } from '@hub/db/home-status.ts';
import type { Vault } from '@hub/db/vault.ts';
import { createHolder, type Holder, type HolderDeps } from '@hub/gate/holder.ts';
import type { DirectHomeOptions } from '@hub/ha/direct.ts';
import type { HomeInfo, HomeState } from '@hub/ha/home.ts';
import type { Log } from '@hub/runtime/log.ts';
import type { Metrics } from '@hub/runtime/metrics.ts';

export interface HomesDeps {
  readonly db: Database;
  readonly vault: Vault;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly allowPrivateAddresses: boolean;
  /** Where several replicas share the homes: the home through the one that has its link. */
  readonly openElsewhere?: HolderDeps['openElsewhere'];
}

const MIRROR_BUDGET_BYTES = 256 * 1024 * 1024;

const GAUGE_STATE = {
  running: 'connected',
  starting: 'connecting',
  offline: 'backoff',
  reauth_required: 'auth_failed',
  banned: 'auth_failed',
} as const satisfies Record<HomeState, string>;

const EVENT = {
  running: 'connected',
  starting: undefined,
  offline: 'lost',
  reauth_required: 'auth_failed',
  banned: 'auth_failed',
} as const satisfies Record<HomeState, string | undefined>;

/** The holder of this process: addresses and credentials from the database, what is seen of a home back into it. */
export function createHomes(deps: HomesDeps): Holder {
  const { db, vault, log, metrics } = deps;
  const writing = new Map<string, Promise<void>>();

  /** The last state seen is the last one stored. */
  function inOrder(homeId: string, write: () => Promise<void>): void {
    const next = (writing.get(homeId) ?? Promise.resolve())
      .then(write)
      .catch((error: unknown) => log.warn({ err: error, homeId }, 'the status of a home could not be stored'))
      .finally(() => {
        if (writing.get(homeId) === next) writing.delete(homeId);
      });
    writing.set(homeId, next);
  }

  const holder = createHolder({
    mirrorBudgetBytes: MIRROR_BUDGET_BYTES,
    ...(deps.openElsewhere && { openElsewhere: deps.openElsewhere }),
    readLink: async (tenantId, homeId) =>
      linkOptions(await readLink(db, vault, tenantId, homeId), deps.allowPrivateAddresses),
    onCall: ({ transport, opClass, outcome, durationMs }) =>
      metrics.homeCallDuration.observe({ transport, op_class: opClass, outcome }, durationMs / 1_000),
    onState: (tenantId, homeId, info) => {
      const event = EVENT[info.state];
      if (event) metrics.homeConnections.inc({ event });
      inOrder(homeId, () => keepStatus(deps, tenantId, homeId, info));
    },
    onBug: (homeId, error) =>
      log.error({ err: error, homeId }, 'a listener to a home met a bug; its link is opened anew'),
  });
  metrics.onScrape(() => {
    const counts = { connected: 0, connecting: 0, backoff: 0, auth_failed: 0, disabled: 0 };
    for (const { home } of holder.held()) counts[GAUGE_STATE[home.info.state]]++;
    for (const [state, count] of Object.entries(counts))
      metrics.homes.set({ state: state as keyof typeof counts }, count);
  });
  return holder;
}

/** What the direct link wants to know of a stored link. @throws Fault CONFIG_INVALID without an address or token */
export function linkOptions(link: OpenLink, allowPrivateAddresses: boolean): DirectHomeOptions {
  if (link.url === undefined || link.token === undefined) {
    throw new Fault('CONFIG_INVALID', 'This home has no address or no token.', {
      suggestion: 'Set both: hub homes set NAME --address … --token -',
    });
  }
  const { homeId: id, url, token, clientCertificate, clientKey, extraCa, pinnedKey, headers } = link;
  return { id, url, token, clientCertificate, clientKey, extraCa, pinnedKey, headers, allowPrivateAddresses };
}

async function keepStatus({ db }: HomesDeps, tenantId: string, homeId: string, info: HomeInfo): Promise<void> {
  if (info.state === 'starting') return;
  // Refused at once, it has seen nothing of the home: what was known of it stays.
  if (info.haVersion === undefined) {
    const fault = { code: 'AUTH_INVALID_TOKEN', message: 'The home refused us.' };
    return writeHomeMissed(db, tenantId, homeId, { state: info.state, fault });
  }
  const now = new Date();
  await writeHomeStatus(db, tenantId, homeId, {
    state: info.state,
    haVersion: info.haVersion,
    isAdmin: info.isAdmin,
    locationName: info.locationName || undefined,
    lastSeenAt: now,
    fault: undefined,
    checkedAt: now,
  });
}
