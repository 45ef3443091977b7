import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { backupStoreOf, backupStoreVariables } from '@hub/backup-store/store-settings.ts';
import { EFFECTS } from '@hub/core/effect.ts';
import { Fault } from '@hub/core/fault.ts';
import { clusterVariables, readCaFile, tellingVariables } from '@hub/runtime/cluster-settings.ts';
import {
  envBoolean,
  envCidrs,
  envHttpUrl,
  envHttpUrls,
  envNumber,
  envOneOf,
  envPort,
  envText,
  envUrl,
  readEnv,
} from '@hub/runtime/env.ts';
import { z } from 'zod';

const DAY_MS = 24 * 3_600_000;

const schema = z.object({
  HOST: envText.default('127.0.0.1'),
  PORT: envPort.default(9583),
  OPS_HOST: envText.default('127.0.0.1'),
  OPS_PORT: envPort.default(9584),
  DATA_DIR: envText.default('data'),
  ...clusterVariables,
  ...tellingVariables,
  ...backupStoreVariables,
  DATABASE_DIRECT_URL: envUrl('postgres', 'postgresql').optional(),
  INTERNAL_HOST: envText.default('0.0.0.0'),
  INTERNAL_PORT: envPort.default(9585),
  INTERNAL_ADDRESS: envText.regex(/^\S+:\d{1,5}$/, 'host:port, as other replicas reach it').optional(),
  JOBS_AT_ONCE: envNumber(0, 100).optional(),
  HUB_ADMIN_KEY: envText.min(24, 'at least 24 characters').optional(),
  HUB_PG_BIN: envText.optional(),
  PUBLIC_URL: envHttpUrls.optional(),
  TRUSTED_PROXIES: envCidrs.optional(),
  ALLOW_PRIVATE_ADDRESSES: envBoolean.optional(),
  HOME_ASSISTANT_URL: envHttpUrl.optional(),
  HOME_ASSISTANT_TOKEN: envText.optional(),
  HOME_ASSISTANT_NAME: envText.optional(),
  DEFAULT_CEILING: envOneOf(EFFECTS).default('configure'),
  EDITS_MAX_COUNT: envNumber(1, 1_000_000).default(5_000),
  EDITS_MAX_DAYS: envNumber(1, 3_660).default(366),
  EDITS_MAX_MB: envNumber(1, 100_000).default(256),
  AUDIT_MAX_DAYS: envNumber(1, 36_600).default(400),
  JOBS_MAX_DAYS: envNumber(1, 3_660).default(90),
  DRAIN_SECONDS: envNumber(0, 300).default(0),
  SWEEP_MINUTES: envNumber(0, 10_080).default(15),
});

export type Config = ReturnType<typeof readConfig>;

/** Everything the process takes from its surroundings, read once. @throws Fault naming each wrong variable */
export function readConfig(env: NodeJS.ProcessEnv = process.env) {
  const read = readEnv(schema, env);
  const isEmbedded = read.DATABASE_URL === undefined;
  if (isEmbedded && read.REDIS_URL !== undefined) throw redisAlone();
  return {
    host: read.HOST,
    port: read.PORT,
    opsHost: read.OPS_HOST,
    opsPort: read.OPS_PORT,
    dataDir: resolve(read.DATA_DIR),
    isEmbedded,
    databaseUrl: read.DATABASE_URL,
    /** For what a pooler in transaction mode cannot carry: migrations. */
    databaseDirectUrl: read.DATABASE_DIRECT_URL ?? read.DATABASE_URL,
    databaseCa: readCaFile('DATABASE_CA_FILE', read.DATABASE_CA_FILE),
    /** Undefined: this hub is the only process on its database. */
    redis:
      read.REDIS_URL === undefined
        ? undefined
        : { url: read.REDIS_URL, ca: readCaFile('REDIS_CA_FILE', read.REDIS_CA_FILE) },
    internalHost: read.INTERNAL_HOST,
    internalPort: read.INTERNAL_PORT,
    internalAddress: read.INTERNAL_ADDRESS ?? `${hostname()}:${read.INTERNAL_PORT}`,
    /** A cluster has workers for jobs. */
    jobsAtOnce: read.JOBS_AT_ONCE ?? (read.REDIS_URL === undefined ? 8 : 0),
    keys: read.HUB_KEYS,
    /** Undefined: backups stay at their homes. */
    backupStore: backupStoreOf(read),
    adminKey: read.HUB_ADMIN_KEY,
    pgBinDir: read.HUB_PG_BIN,
    publicUrls: (read.PUBLIC_URL ?? []).map((url) => url.href.replace(/\/+$/, '')),
    trustedProxies: read.TRUSTED_PROXIES ?? [],
    /** A hub on the same network as its home must reach it; a hub for strangers' homes must not reach its own network. */
    allowPrivateAddresses: read.ALLOW_PRIVATE_ADDRESSES ?? isEmbedded,
    firstHome: firstHome(read.HOME_ASSISTANT_URL?.href, read.HOME_ASSISTANT_TOKEN, read.HOME_ASSISTANT_NAME),
    defaultCeiling: read.DEFAULT_CEILING,
    /** Per home; whichever is reached first. */
    editLimits: {
      maxCount: read.EDITS_MAX_COUNT,
      maxAgeMs: read.EDITS_MAX_DAYS * DAY_MS,
      maxBytes: read.EDITS_MAX_MB * 1024 * 1024,
    },
    auditMaxDays: read.AUDIT_MAX_DAYS,
    jobsMaxDays: read.JOBS_MAX_DAYS,
    /** Between the wish to stop and the end of listening, so that balancers notice. */
    drainMs: read.DRAIN_SECONDS * 1_000,
    /** How often each home is looked at; 0 = never. */
    sweepEveryMs: read.SWEEP_MINUTES * 60_000,
    logLevel: read.LOG_LEVEL,
    otlpEndpoint: read.OTEL_EXPORTER_OTLP_ENDPOINT?.href,
    /** What fails and what takes longer than that is kept always. */
    traces: { ratio: read.TRACES_KEEP_PERCENT / 100, slowMs: read.TRACES_SLOW_MS },
  };
}

function redisAlone(): Fault {
  return new Fault('CONFIG_INVALID', 'REDIS_URL is set, DATABASE_URL is not.', {
    suggestion: [
      'Several hubs share a database as well: set DATABASE_URL to a PostgreSQL that all of them reach.',
      'For a single hub with its own database unset REDIS_URL.',
    ],
  });
}

/** @throws Fault CONFIG_INVALID when only one half is given */
function firstHome(url: string | undefined, token: string | undefined, name: string | undefined) {
  if (url === undefined && token === undefined) return undefined;
  if (url === undefined || token === undefined) {
    const missing = url === undefined ? 'HOME_ASSISTANT_URL' : 'HOME_ASSISTANT_TOKEN';
    throw new Fault('CONFIG_INVALID', `${missing} is not set, its other half is.`, {
      suggestion:
        'Set both; a token is made in Home Assistant under your profile → Security → Long-lived access tokens.',
    });
  }
  return { url: url.replace(/\/+$/, ''), token, name };
}
