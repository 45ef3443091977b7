import { followKeys } from '@hub/db/key-rotation.ts';
import { openVault } from '@hub/db/vault.ts';
import { admitJob } from '@hub/gate/admit-job.ts';
import type { AskDeps } from '@hub/gate/cluster/ask-holder.ts';
import { hearLeaving } from '@hub/gate/cluster/leaving.ts';
import { peerKeysOf } from '@hub/gate/cluster/peer-keys.ts';
import { createPlaces } from '@hub/gate/cluster/places.ts';
import { openRemoteHome } from '@hub/gate/cluster/remote-homes.ts';
import { timedHome } from '@hub/gate/upstream-clock.ts';
import { jobs } from '@hub/jobs/registry.gen.ts';
import { shelvesOf } from '@hub/queue/backup-shelf.ts';
import { createBullHint } from '@hub/queue/bull-hint.ts';
import { createQueue } from '@hub/queue/queue.ts';
import { openClusterLink } from '@hub/runtime/cluster-link.ts';
import type { Log } from '@hub/runtime/log.ts';
import type { Metrics } from '@hub/runtime/metrics.ts';
import { createPeerClient } from '@hub/runtime/peer.ts';
import type { Shutdown } from '@hub/runtime/shutdown.ts';
import type { Config } from './config.ts';
import type { Storage } from './storage.ts';

export interface RunDeps {
  readonly config: Config;
  readonly storage: Storage;
  readonly shutdown: Shutdown;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly workerId: string;
}

/** A dead worker's jobs are another's after this long and one sweep of a second: 10 s is the goal. */
const LEASE_MS = 8_000;

/** Claims jobs and runs them until the process stops. Homes are reached through their holders: no credential of theirs is here. */
export async function runJobs({ config, storage, shutdown, log, metrics, workerId }: RunDeps): Promise<void> {
  const { db, ring, installationId } = storage;
  const link = await openClusterLink({ ...config.redis, installationId, log, shutdown, metrics });
  void followKeys(db, ring, undefined, shutdown.signal);
  const peers = createPeerClient(peerKeysOf(ring));
  shutdown.onStop('database', 'lines to the hubs', async () => peers.close(), 1_000);
  const places = createPlaces({ db, replicaId: undefined, onMoved: () => undefined });
  hearLeaving(link.bus, places);
  const asking: AskDeps = { places, peers };
  const queue = createQueue({
    ...{ db, jobs, log, workerId, metrics, bus: link.bus },
    concurrency: config.jobsAtOnce,
    isAlone: false,
    runs: 'homes',
    leaseMs: LEASE_MS,
    hint: createBullHint({ ...link, prefix: link.prefix('jobs'), log }),
    // Its holder measures the calls; here they are only seen in traces.
    openHome: async (homeId, tenantId, caller) =>
      timedHome(openRemoteHome(asking, { tenantId, homeId }, caller), () => undefined),
    shelfOf: shelvesOf({ db, vault: openVault(ring), store: config.backupStore }),
    admit: (job) => admitJob(db, job),
  });
  shutdown.onStop('streams', 'jobs', () => queue.stop(10_000), 18_000);
  await queue.start();
}
