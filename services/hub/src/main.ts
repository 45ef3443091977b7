import { hostname } from 'node:os';
import { newId } from '@hub/core/ids.ts';
import { jobs } from '@hub/jobs/registry.gen.ts';
import { endWithReason } from '@hub/runtime/end-with-reason.ts';
import { createLogger, type Log } from '@hub/runtime/log.ts';
import { createMetrics } from '@hub/runtime/metrics.ts';
import { createShutdown, type Shutdown } from '@hub/runtime/shutdown.ts';
import { startTelemetry } from '@hub/runtime/telemetry.ts';
import { tools } from '@hub/tools/registry.gen.ts';
import { holdLease } from './alone.ts';
import { createApp } from './app.ts';
import { openCluster } from './cluster/cluster.ts';
import { type Config, readConfig } from './config.ts';
import { createDeps } from './deps.ts';
import { listen } from './listen.ts';
import { createOps } from './ops.ts';
import { awaitRecovery } from './recovery/await-recovery.ts';
import { keepMark } from './recovery/keep-mark.ts';
import { openMarks } from './recovery/marks.ts';
import { openStorage } from './storage.ts';
import { VERSION } from './version.ts';
import { welcome } from './welcome/welcome.ts';

/** Reads downwards as the life of the process; `shutdown` lets go in its own order. */
async function main(config: Config): Promise<void> {
  const replicaId = newId();
  const log = createLogger({ name: 'hub', level: config.logLevel, to: 'stderr', pretty: process.stderr.isTTY });
  const shutdown = createShutdown(log, config.drainMs);
  shutdown.listen();
  try {
    const telemetry = await startTelemetry({
      endpoint: config.otlpEndpoint,
      serviceName: 'ha-mcp-hub',
      version: VERSION,
      replicaId,
      keep: config.traces,
      log,
    });
    shutdown.onStop('telemetry', 'traces', telemetry.shutdown, 5_000);
    const metrics = createMetrics({
      version: VERSION,
      service: 'hub',
      toolNames: new Set(tools.map(({ name }) => name)),
      jobKinds: new Set(jobs.map(({ kind }) => kind)),
    });
    const storage = await openStorage(config, shutdown, log, metrics);
    const cluster =
      config.redis && (await openCluster({ config, redis: config.redis, storage, shutdown, log, metrics, replicaId }));
    if (!cluster) {
      const { isEmbedded } = config;
      await holdLease(storage.db, { replicaId, address: hostname(), isEmbedded }, shutdown, log);
    }
    const marks = openMarks(config, cluster?.link, log);
    await awaitRecovery({ config, storage, marks, shutdown, log });
    const deps = await createDeps({ config, storage, shutdown, log, metrics, replicaId, marks, cluster });
    await cluster?.join(deps);
    const app = await createApp(deps, shutdown);
    const ops = createOps(deps, shutdown);
    await listen(ops, config.opsHost, config.opsPort, 'OPS_PORT');
    await listen(app, config.host, config.port, 'PORT');
    await welcome(deps, shutdown, (line) => void process.stdout.write(`${line}\n`));
    void keepMark({
      db: storage.db,
      marks,
      log,
      signal: shutdown.signal,
      onRecovery: () => endForRecovery(shutdown, log),
    });
  } catch (error) {
    await shutdown.stop('the start failed');
    throw error;
  }
}

/** Started again, it waits for the operator; whatever it held in memory belongs to a database that is no more. */
function endForRecovery(shutdown: Shutdown, log: Log): void {
  log.fatal('the database was restored: this hub ends, and when it is started again it waits for hub recover');
  void shutdown.stop('the database was restored').then(() => process.exit(1));
}

await endWithReason('hub', () => main(readConfig()));
