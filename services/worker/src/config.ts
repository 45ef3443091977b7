import { backupStoreOf, backupStoreVariables } from '@hub/backup-store/store-settings.ts';
import { Fault } from '@hub/core/fault.ts';
import { clusterVariables, readCaFile, tellingVariables } from '@hub/runtime/cluster-settings.ts';
import { envNumber, envPort, envText, readEnv } from '@hub/runtime/env.ts';
import { z } from 'zod';

const schema = z.object({
  ...clusterVariables,
  ...tellingVariables,
  ...backupStoreVariables,
  OPS_HOST: envText.default('127.0.0.1'),
  OPS_PORT: envPort.default(9584),
  WORKER_CONCURRENCY: envNumber(1, 100).default(8),
});

export type Config = ReturnType<typeof readConfig>;

/** Everything the process takes from its surroundings, read once. @throws Fault CONFIG_INVALID naming each wrong variable */
export function readConfig(env: NodeJS.ProcessEnv = process.env) {
  const read = readEnv(schema, env);
  const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, HUB_KEYS: keys } = read;
  const missing = Object.entries({ DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, HUB_KEYS: keys }).flatMap(
    ([name, value]) => (value === undefined ? [name] : []),
  );
  if (databaseUrl === undefined || redisUrl === undefined || keys === undefined) {
    throw new Fault('CONFIG_INVALID', `A worker needs ${missing.join(', ')}, the same as its hubs have.`, {
      suggestion: 'A single hub runs its jobs itself and needs no worker.',
    });
  }
  return {
    databaseUrl,
    databaseCa: readCaFile('DATABASE_CA_FILE', read.DATABASE_CA_FILE),
    redis: { url: redisUrl, ca: readCaFile('REDIS_CA_FILE', read.REDIS_CA_FILE) },
    keys,
    backupStore: backupStoreOf(read),
    opsHost: read.OPS_HOST,
    opsPort: read.OPS_PORT,
    jobsAtOnce: read.WORKER_CONCURRENCY,
    logLevel: read.LOG_LEVEL,
    otlpEndpoint: read.OTEL_EXPORTER_OTLP_ENDPOINT?.href,
    traces: { ratio: read.TRACES_KEEP_PERCENT / 100, slowMs: read.TRACES_SLOW_MS },
  };
}
