import { listAudit } from '@hub/db/audit.ts';
import { type ConnectorUse, touchLastUsed } from '@hub/db/connectors.ts';
import type { Database } from '@hub/db/database.ts';
import { createApprovals } from '@hub/gate/approvals.ts';
import { createBestPractice } from '@hub/gate/best-practice.ts';
import { createCatalogue } from '@hub/gate/catalogue.ts';
import { createGate, type Gate } from '@hub/gate/gate.ts';
import type { Holder } from '@hub/gate/holder.ts';
import { createCallObserver } from '@hub/gate/observe.ts';
import { openHome } from '@hub/gate/open-home.ts';
import { createRepeatedCreates } from '@hub/gate/repeated-creates.ts';
import { createSavedTools } from '@hub/gate/saved-tools.ts';
import { createStoredEdits } from '@hub/gate/stored-edits.ts';
import { createStoredTrail } from '@hub/gate/stored-trail.ts';
import { createContextFactory } from '@hub/gate/tool-context.ts';
import { createTraffic } from '@hub/gate/traffic.ts';
import { jobs } from '@hub/jobs/registry.gen.ts';
import { createJobsPort } from '@hub/queue/jobs-port.ts';
import { createQueue, type Queue } from '@hub/queue/queue.ts';
import { createMemoryLimiter } from '@hub/runtime/limiter.ts';
import type { Log } from '@hub/runtime/log.ts';
import type { Metrics } from '@hub/runtime/metrics.ts';
import type { Shutdown } from '@hub/runtime/shutdown.ts';
import { createMemoryMap } from '@hub/runtime/volatile-map.ts';
import { tools } from '@hub/tools/registry.gen.ts';
import { admitJob } from './admit-job.ts';
import { createChangeApplier } from './apply-changes.ts';
import { type ChangeWatch, watchChanges } from './change-watch.ts';
import type { Config } from './config.ts';
import { createDirectory, type Directory } from './directory.ts';
import { createHomes } from './homes.ts';
import { keepHouse } from './housekeeping.ts';
import type { Storage } from './storage.ts';
import { createSurfaces, type Surfaces } from './surfaces.ts';

/** Everything the doors of the hub (MCP, REST, start-up) are built on. */
export interface Deps {
  readonly config: Config;
  readonly storage: Storage;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly replicaId: string;
  readonly homes: Holder;
  readonly directory: Directory;
  readonly gate: Gate;
  readonly surfaces: Surfaces;
  readonly queue: Queue;
  readonly changes: ChangeWatch;
  /** A connector's open clients must end at once; set by the MCP endpoint. */
  readonly revoked: Set<(connectorId: string) => void>;
}

export interface DepsInput {
  readonly config: Config;
  readonly storage: Storage;
  readonly shutdown: Shutdown;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly replicaId: string;
}

const USES_EVERY_MS = 5_000;
/** With the database away, known connectors go on reading and controlling this long; what must be stored is refused at once. */
const BLIND_AFTER_MS = 5 * 60_000;
const JOBS_AT_ONCE = 8;

export async function createDeps(input: DepsInput): Promise<Deps> {
  const { config, storage, shutdown, log, metrics, replicaId } = input;
  const { db, vault } = storage;
  const homes = createHomes({ db, vault, log, metrics, allowPrivateAddresses: config.allowPrivateAddresses });
  const directory = createDirectory(db, metrics);
  const queue = createQueue({
    db,
    jobs,
    log,
    workerId: replicaId,
    concurrency: JOBS_AT_ONCE,
    isAlone: true,
    metrics,
    openHome: async (homeId, tenantId) => (await homes.hold(tenantId, homeId)).home,
    admit: (job) => admitJob(db, job),
  });
  const trail = createStoredTrail({ db, replicaId, metrics, log });
  const catalogue = createCatalogue(tools);
  const bestPractice = createBestPractice({
    secret: vault.ring.child('best practices'),
    given: createMemoryMap({ maxEntries: 20_000, maxBytes: 8 * 1024 * 1024 }),
  });
  const gate = createGate({
    approvals: createApprovals(db, vault, (event) => metrics.approvals.inc({ event })),
    bestPractice,
    repeatedCreates: createRepeatedCreates(createMemoryMap({ maxEntries: 10_000, maxBytes: 32 * 1024 * 1024 })),
    catalogue,
    openHome: async (home, connector) => openHome(await homes.hold(connector.tenantId, home.id), connector),
    context: createContextFactory({
      bestPractice,
      editsFor: (origin) => createStoredEdits({ db, vault, log }, origin),
      jobsFor: (connector, home, signal) =>
        createJobsPort(queue, {
          tenantId: connector.tenantId,
          connectorId: connector.id,
          homeId: home?.id,
          actor: { kind: 'connector', id: connector.id },
          signal,
        }),
      recentCalls: ({ tenantId, id: connectorId }, homeId, limit) =>
        listAudit(db, tenantId, { connectorId, homeId, limit }),
      savedToolsFor: (connector) => createSavedTools({ db, vault }, connector),
      results: createMemoryMap({ maxEntries: 100_000, maxBytes: 64 * 1024 * 1024 }),
      stateOf: homes.stateOf,
    }),
    trail,
    traffic: createTraffic({ limiter: createMemoryLimiter({ points: 20_000, durationS: 10 }), maxInFlight: 64 }),
    observer: createCallObserver({ metrics, log, toolNames: catalogue.names }),
  });
  const uses = createUses(db, log, shutdown);
  const surfaces = createSurfaces({ gate, directory, metrics, bestPractice, onUse: uses.note });
  const revoked = new Set<(connectorId: string) => void>();
  const changes = await watchChanges({
    db,
    log,
    signal: shutdown.signal,
    onChanges: createChangeApplier({ homes, directory, gate, surfaces, revoked }),
    onBlind: (forMs) => {
      if (forMs > BLIND_AFTER_MS) directory.forgetAll();
    },
  });
  shutdown.onStop('links', 'homes', () => homes.close(), 5_000);
  shutdown.onStop('queue', 'audit trail', () => trail.flush(), 5_000);
  // Before the links close, so that a running job is handed back and does not see a lost home.
  shutdown.onStop('streams', 'jobs', () => queue.stop(10_000), 18_000);
  await queue.start();
  void keepHouse(db, config, log, shutdown.signal);
  return { config, storage, log, metrics, replicaId, homes, directory, gate, surfaces, queue, changes, revoked };
}

/** `last used` of connectors, written every few seconds; a lost one is no loss. */
function createUses(db: Database, log: Log, shutdown: Shutdown) {
  const uses = new Map<string, ConnectorUse>();
  const write = async () => {
    if (uses.size === 0) return;
    const batch = [...uses.values()];
    uses.clear();
    await touchLastUsed(db, batch).catch((error: unknown) =>
      log.debug({ err: error }, 'last-used times could not be stored'),
    );
  };
  const timer = setInterval(() => void write(), USES_EVERY_MS);
  timer.unref();
  shutdown.onStop('queue', 'last-used times', write, 2_000);
  return { note: (connectorId: string) => void uses.set(connectorId, { connectorId, at: new Date() }) };
}
