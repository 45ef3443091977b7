import { resolve } from 'node:path';
import { EFFECTS } from '@hub/core/effect.ts';
import { readEnv } from '@hub/runtime/env.ts';
import { z } from 'zod';

const flag = z.enum(['true', 'false', '1', '0', 'yes', 'no']).transform((text) => ['true', '1', 'yes'].includes(text));
const port = z.coerce.number().int().min(1).max(65_535);
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);
const origin = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ''));

const schema = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(9583),
  OPS_HOST: z.string().default('127.0.0.1'),
  OPS_PORT: port.default(9584),
  DATA_DIR: z.string().default('data'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  HUB_KEYS: z.string().optional(),
  HUB_ADMIN_KEY: z.string().min(24).optional(),
  HUB_PG_BIN: z.string().optional(),
  PUBLIC_URL: list.pipe(z.array(origin)).default([]),
  TRUSTED_PROXIES: list.default([]),
  ALLOW_PRIVATE_ADDRESSES: flag.optional(),
  HOME_ASSISTANT_URL: z.url({ protocol: /^https?$/ }).optional(),
  HOME_ASSISTANT_TOKEN: z.string().min(1).optional(),
  HOME_ASSISTANT_NAME: z.string().min(1).optional(),
  DEFAULT_CEILING: z.enum(EFFECTS).default('configure'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
});

export type Config = ReturnType<typeof readConfig>;

/** Everything the process takes from its surroundings, read once. @throws Fault naming each wrong variable */
export function readConfig(env: NodeJS.ProcessEnv = process.env) {
  const read = readEnv(schema, env);
  const isEmbedded = read.DATABASE_URL === undefined;
  return {
    host: read.HOST,
    port: read.PORT,
    opsHost: read.OPS_HOST,
    opsPort: read.OPS_PORT,
    dataDir: resolve(read.DATA_DIR),
    isEmbedded,
    databaseUrl: read.DATABASE_URL,
    keys: read.HUB_KEYS,
    adminKey: read.HUB_ADMIN_KEY,
    pgBinDir: read.HUB_PG_BIN,
    publicUrls: read.PUBLIC_URL,
    trustedProxies: read.TRUSTED_PROXIES,
    /** A hub on the same network as its home must reach it; a hub for strangers' homes must not reach its own network. */
    allowPrivateAddresses: read.ALLOW_PRIVATE_ADDRESSES ?? isEmbedded,
    firstHome: firstHome(read.HOME_ASSISTANT_URL, read.HOME_ASSISTANT_TOKEN, read.HOME_ASSISTANT_NAME),
    defaultCeiling: read.DEFAULT_CEILING,
    logLevel: read.LOG_LEVEL,
    otlpEndpoint: read.OTEL_EXPORTER_OTLP_ENDPOINT,
  };
}

function firstHome(url: string | undefined, token: string | undefined, name: string | undefined) {
  if (url === undefined && token === undefined) return undefined;
  return { url: url ?? '', token: token ?? '', name };
}
