import { listAudit } from '@hub/db/audit.ts';
import { type ConnectorUse, touchLastUsed } from '@hub/db/connectors.ts';
import type { Database } from '@hub/db/database.ts';
import { heldHomesOf } from '@hub/db/home-holders.ts';
import { followKeys } from '@hub/db/key-rotation.ts';
import { admitJob } from '@hub/gate/admit-job.ts';
import { createApprovals } from '@hub/gate/approvals.ts';
import { createBestPractice } from '@hub/gate/best-practice.ts';
import { callForJob } from '@hub/gate/call-for-job.ts';
import { createCallTasks } from '@hub/gate/call-tasks.ts';
import { createCatalogue } from '@hub/gate/catalogue.ts';
import { endOfCall } from '@hub/gate/end-of-call.ts';
import { createFleet } from '@hub/gate/fleet/create-fleet.ts';
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
import { shelvesOf } from '@hub/queue/backup-shelf.ts';
import { createBullHint } from '@hub/queue/bull-hint.ts';
import { createJobsPort } from '@hub/queue/jobs-port.ts';
import { createQueue, type Queue } from '@hub/queue/queue.ts';
import type { Log } from '@hub/runtime/log.ts';
import type { Metrics } from '@hub/runtime/metrics.ts';
import type { Shutdown } from '@hub/runtime/shutdown.ts';
import { tools } from '@hub/tools/registry.gen.ts';
import { createChangeApplier } from './apply-changes.ts';
import { BLIND_AFTER_MS, type ChangeWatch, watchChanges } from './change-watch.ts';
import type { Cluster } from './cluster/cluster.ts';
import { createShared } from './cluster/shared.ts';
import { tellingOthers } from './cluster/telling-others.ts';
import type { Config } from './config.ts';
import { createDirectory, type Directory } from './directory.ts';
import { endExpired } from './end-expired.ts';
import { createHomes } from './homes.ts';
import { keepHouse } from './housekeeping.ts';
import { openJobHomes } from './job-homes.ts';
import { deliverNotices } from './notify/deliver-notices.ts';
import { watchProblems } from './notify/watch-problems.ts';
import type { Marks } from './recovery/marks.ts';
import { runSchedules } from './schedules/run-schedules.ts';
import type { Storage } from './storage.ts';
import { createSurfaces, type Surfaces } from './surfaces.ts';
import { fleetOf } from './sweep/fleet-of.ts';
import { sweepHomes } from './sweep/sweep-homes.ts';

/** Everything the doors of the hub (MCP, REST, start-up) are built on. */
export interface Deps {
  readonly config: Config;
  readonly storage: Storage;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly replicaId: string;
  /** What is remembered of the database outside of it. */
  readonly marks: Marks;
  /** Undefined where this hub is alone. */
  readonly cluster: Cluster | undefined;
  readonly homes: Holder;
  readonly directory: Directory;
  readonly gate: Gate;
  readonly surfaces: Surfaces;
  readonly queue: Queue;
  readonly changes: ChangeWatch;
  /** Has a connector a stream or call open here? Set by the MCP endpoint. */
  readonly open: Set<(connectorId: string) => boolean>;
  /** A connector's open clients must end at once; set by the MCP endpoint. */
  readonly revoked: Set<(connectorId: string) => void>;
  /** A credential of a connector is over by its time: its streams must end; set by the MCP endpoint. */
  readonly expired: Set<(connectorId: string) => void>;
}

export interface DepsInput {
  readonly config: Config;
  readonly storage: Storage;
  readonly shutdown: Shutdown;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly replicaId: string;
  readonly marks: Marks;
  readonly cluster: Cluster | undefined;
}

const FLEET_JOBS_AT_ONCE = 4;
const USES_EVERY_MS = 5_000;

export async function createDeps(input: DepsInput): Promise<Deps> {
  const { config, storage, shutdown, log, metrics, replicaId, marks, cluster } = input;
  const { db, vault } = storage;
  const { allowPrivateAddresses, jobsAtOnce } = config;
  const openElsewhere = cluster?.openElsewhere;
  const homes = createHomes({
    ...{ db, vault, log, metrics, allowPrivateAddresses },
    ...(openElsewhere && { openElsewhere }),
  });
  cluster?.onMoved((homeId) => void homes.release(homeId));
  const shared = createShared(cluster?.link);
  const directory = createDirectory(db, metrics);
  const queue = createQueue({
    db,
    jobs,
    log,
    workerId: replicaId,
    // Workers have no gate: what runs over many homes runs in hubs. So does upkeep, which is to be done also where no worker lives.
    ...(cluster && jobsAtOnce === 0
      ? ({ concurrency: FLEET_JOBS_AT_ONCE, runs: 'fleet' } as const)
      : { concurrency: jobsAtOnce }),
    call: (job, call) => callForJob(db, gate, job, call),
    endOf: (job, call) => endOfCall({ db, vault, homes, gate, catalogue }, job, call),
    isAlone: !cluster,
    ...(cluster && {
      bus: cluster.link.bus,
      hint: createBullHint({ ...cluster.link, prefix: cluster.link.prefix('jobs'), log }),
    }),
    metrics,
    openHome: openJobHomes({ db, homes, cluster }),
    shelfOf: shelvesOf({ db, vault, store: config.backupStore }),
    admit: (job) => admitJob(db, job),
  });
  const trail = createStoredTrail({ db, replicaId, holdOf: cluster?.elsewhere.holdOf, metrics, log });
  const catalogue = createCatalogue(tools);
  const bestPractice = createBestPractice({
    secret: vault.ring.child('best practices'),
    given: shared.map('guidance', { maxEntries: 20_000, maxBytes: 8 * 1024 * 1024 }),
  });
  const gate: Gate = createGate({
    approvals: createApprovals(db, vault, (event) => metrics.approvals.inc({ event })),
    bestPractice,
    repeatedCreates: createRepeatedCreates(shared.map('creates', { maxEntries: 10_000, maxBytes: 32 * 1024 * 1024 })),
    catalogue,
    openHome: async (home, connector) => openHome(await homes.hold(connector.tenantId, home.id), connector),
    context: createContextFactory({
      bestPractice,
      editsFor: (origin) => createStoredEdits({ db, vault, log }, origin),
      jobsFor: (connector, home, call) =>
        createJobsPort(queue, {
          tenantId: connector.tenantId,
          connectorId: connector.id,
          homeId: home?.id,
          actor: { kind: 'connector', id: connector.id },
          ...call,
        }),
      fleetFor: (request, nested) =>
        createFleet(
          {
            ...{ db, catalogue, fleetOf: (connector) => fleetOf(db, connector), hint: queue.hint },
            enqueue: async (trx, { tenantId, id: connectorId }, effect, args) => {
              const actor = { kind: 'connector', id: connectorId } as const;
              const call = { tool: request.name, told: {} };
              const job = { tenantId, connectorId, homeId: undefined, actor, effect, kind: 'fleet.run', args, call };
              return (await queue.enqueue(job, trx)).job;
            },
          },
          request,
          nested,
        ),
      recentCalls: ({ tenantId, id: connectorId }, homeId, limit) =>
        listAudit(db, tenantId, { connectorId, homeId, limit }),
      savedToolsFor: (connector) => createSavedTools({ db, vault }, connector),
      results: shared.map('results', { maxEntries: 100_000, maxBytes: 64 * 1024 * 1024 }),
      stateOf: homes.stateOf,
      fleetOf: (connector) => fleetOf(db, connector),
      heldOf: async ({ tenantId }) => (cluster ? heldHomesOf(db, tenantId) : new Set()),
    }),
    trail,
    traffic: createTraffic({ limiter: shared.limiter('calls', { points: 20_000, durationS: 10 }), maxInFlight: 64 }),
    ...(cluster && { elsewhere: cluster.elsewhere }),
    observer: createCallObserver({ metrics, log, toolNames: catalogue.names }),
  });
  const uses = createUses(db, log, shutdown);
  const tasks = {
    tasks: createCallTasks({
      catalogue,
      jobsFor: ({ tenantId, id }) => ({
        get: async (jobId) => {
          const job = await queue.get(tenantId, jobId);
          return job?.connectorId === id ? job : undefined;
        },
      }),
    }),
    kept: shared.map('tasks', { maxEntries: 10_000, maxBytes: 32 * 1024 * 1024 }),
    jobsMaxDays: config.jobsMaxDays,
  };
  const surfaces = createSurfaces({ gate, tasks, directory, metrics, bestPractice, onUse: uses.note });
  const open = new Set<(connectorId: string) => boolean>();
  const revoked = new Set<(connectorId: string) => void>();
  const expired = new Set<(connectorId: string) => void>();
  const { apply, forgetAll } = createChangeApplier({ homes, directory, gate, surfaces, open, revoked });
  const watch = await watchChanges({
    db,
    log,
    signal: shutdown.signal,
    onChanges: apply,
    onBlind: (forMs) => {
      if (forMs > BLIND_AFTER_MS) forgetAll();
    },
  });
  const changes = cluster ? tellingOthers(watch, cluster.link.bus) : watch;
  shutdown.onStop('links', 'homes', () => homes.close(), 5_000);
  shutdown.onStop('queue', 'audit trail', () => trail.flush(), 5_000);
  // Before the links close, so that a running job is handed back and does not see a lost home.
  shutdown.onStop('streams', 'jobs', () => queue.stop(10_000), 18_000);
  await queue.start();
  void sweepHomes({ db, vault, homes, cluster, log, config, signal: shutdown.signal });
  void watchProblems(db, log, shutdown.signal);
  void deliverNotices({ db, vault, log, allowPrivateAddresses }, shutdown.signal);
  void runSchedules(db, queue, log, shutdown.signal);
  void followKeys(db, vault.ring, replicaId, shutdown.signal);
  void endExpired({ directory, expired, signal: shutdown.signal });
  void keepHouse({ db, queue, rules: config, log, signal: shutdown.signal });
  return {
    config,
    storage,
    log,
    metrics,
    replicaId,
    marks,
    cluster,
    homes,
    directory,
    gate,
    surfaces,
    queue,
    changes,
    open,
    revoked,
    expired,
  };
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
