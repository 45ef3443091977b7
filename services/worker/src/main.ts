import { newId } from '@hub/core/ids.ts';
import { jobs } from '@hub/jobs/registry.gen.ts';
import { endWithReason } from '@hub/runtime/end-with-reason.ts';
import { createLogger } from '@hub/runtime/log.ts';
import { createMetrics } from '@hub/runtime/metrics.ts';
import { createShutdown } from '@hub/runtime/shutdown.ts';
import { startTelemetry } from '@hub/runtime/telemetry.ts';
import { type Config, readConfig } from './config.ts';
import { serveOps } from './ops.ts';
import { runJobs } from './run.ts';
import { openStorage } from './storage.ts';
import { VERSION } from './version.ts';

/** Reads downwards as the life of the process; `shutdown` lets go in its own order. */
async function main(config: Config): Promise<void> {
  const workerId = newId();
  const log = createLogger({ name: 'worker', level: config.logLevel, to: 'stderr', pretty: process.stderr.isTTY });
  const shutdown = createShutdown(log);
  shutdown.listen();
  try {
    const telemetry = await startTelemetry({
      ...{ endpoint: config.otlpEndpoint, serviceName: 'ha-mcp-hub-worker', version: VERSION },
      ...{ replicaId: workerId, log, keep: config.traces },
    });
    shutdown.onStop('telemetry', 'traces', telemetry.shutdown, 5_000);
    const metrics = createMetrics({
      version: VERSION,
      service: 'worker',
      jobKinds: new Set(jobs.map(({ kind }) => kind)),
    });
    const storage = await openStorage(config, shutdown, log, metrics);
    await runJobs({ config, storage, shutdown, log, metrics, workerId });
    await serveOps({ db: storage.db, metrics, shutdown, host: config.opsHost, port: config.opsPort });
    log.info({ workerId }, 'worker is ready');
  } catch (error) {
    await shutdown.stop('the start failed');
    throw error;
  }
}

await endWithReason('worker', () => main(readConfig()));
