import type { AskDeps } from '@hub/gate/cluster/ask-holder.ts';
import { forwardCalls } from '@hub/gate/cluster/forward.ts';
import { hearLeaving, sayLeaving } from '@hub/gate/cluster/leaving.ts';
import { peerKeysOf } from '@hub/gate/cluster/peer-keys.ts';
import { createPlaces } from '@hub/gate/cluster/places.ts';
import { openRemoteHome, type RemoteCaller } from '@hub/gate/cluster/remote-homes.ts';
import { createStanding } from '@hub/gate/cluster/standing.ts';
import type { Elsewhere } from '@hub/gate/gate-deps.ts';
import type { Home } from '@hub/ha/home.ts';
import { type ClusterLink, openClusterLink } from '@hub/runtime/cluster-link.ts';
import type { Log } from '@hub/runtime/log.ts';
import type { Metrics } from '@hub/runtime/metrics.ts';
import { createPeerClient } from '@hub/runtime/peer.ts';
import type { Shutdown } from '@hub/runtime/shutdown.ts';
import type { Config } from '../config.ts';
import { portFault } from '../listen.ts';
import type { Storage } from '../storage.ts';
import { createInternalServer, type InternalDeps } from './internal-server.ts';
import { joinCluster } from './membership.ts';

/** Calls of other replicas may take this long to end when this one stops. */
const FINISH_MS = 15_000;

/** This hub as one of several. */
export interface Cluster {
  readonly link: ClusterLink;
  readonly elsewhere: Elsewhere;
  /** Others reach the database, and this replica does not. */
  readonly isCutOff: boolean;
  /** The home through another replica that has its link, for a job or anybody; undefined when it is here. @throws Fault */
  openElsewhere(tenantId: string, homeId: string, caller?: RemoteCaller): Promise<Home | undefined>;
  /** The link of a home came here or went away. */
  onMoved(listener: (homeId: string) => void): void;
  /** Answers other replicas, then takes this one's row. @throws Fault CONFIG_INVALID | RESOURCE_LOCKED | STORAGE_UNAVAILABLE */
  join(deps: Pick<InternalDeps, 'homes' | 'gate' | 'directory' | 'metrics'>): Promise<void>;
}

export interface ClusterInput {
  readonly config: Config;
  readonly redis: NonNullable<Config['redis']>;
  readonly storage: Storage;
  readonly shutdown: Shutdown;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly replicaId: string;
}

export async function openCluster(input: ClusterInput): Promise<Cluster> {
  const { config, redis, storage, shutdown, log, metrics, replicaId } = input;
  const { db, vault, installationId } = storage;
  const link = await openClusterLink({ ...redis, installationId, log, shutdown, metrics });
  const keys = peerKeysOf(vault.ring);
  const peers = createPeerClient(keys);
  shutdown.onStop('database', 'lines to other replicas', async () => peers.close(), 1_000);
  const moved = new Set<(homeId: string) => void>();
  const standing = createStanding();
  const places = createPlaces({
    db,
    replicaId,
    standing,
    onMoved: (homeId) => {
      for (const tell of moved) tell(homeId);
    },
  });
  hearLeaving(link.bus, places);
  const asking: AskDeps = { places, peers };
  return {
    link,
    elsewhere: forwardCalls(asking),
    get isCutOff() {
      return standing.isCutOff;
    },
    openElsewhere: async (tenantId, homeId, caller) =>
      (await places.locate(homeId)) === 'here' ? undefined : openRemoteHome(asking, { tenantId, homeId }, caller),
    onMoved: (listener) => void moved.add(listener),
    async join({ homes, gate, directory, metrics }) {
      const server = createInternalServer({ db, keys, places, homes, gate, directory, metrics, log });
      await server.listen(config.internalHost, config.internalPort).catch((error: unknown) => {
        throw portFault(error, config.internalHost, config.internalPort, 'INTERNAL_PORT');
      });
      // First others are sent on, then what they asked is finished; the links close after that.
      shutdown.onStop(
        'inflight',
        'homes handed over',
        async () => {
          await places.leave();
          sayLeaving(link.bus, replicaId);
          await server.settled(FINISH_MS);
        },
        FINISH_MS + 3_000,
      );
      shutdown.onStop('database', 'answers to other replicas', async () => server.close(), 2_000);
      const { internalAddress: address } = config;
      await joinCluster({ db, bus: link.bus, ring: vault.ring, replicaId, address, places, standing, shutdown, log });
    },
  };
}
