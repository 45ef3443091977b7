import { readFileSync } from 'node:fs';
import { Fault } from '@hub/core/fault.ts';
import { envHttpUrl, envNumber, envOneOf, envText, envUrl } from './env.ts';

/** Variables that hubs and workers of one cluster share, for `readEnv`. */
export const clusterVariables = {
  DATABASE_URL: envUrl('postgres', 'postgresql').optional(),
  DATABASE_CA_FILE: envText.optional(),
  REDIS_URL: envUrl('redis', 'rediss').optional(),
  REDIS_CA_FILE: envText.optional(),
  HUB_KEYS: envText.optional(),
} as const;

/** Variables about what a process tells of itself, the same for each. */
export const tellingVariables = {
  LOG_LEVEL: envOneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  OTEL_EXPORTER_OTLP_ENDPOINT: envHttpUrl.optional(),
  TRACES_KEEP_PERCENT: envNumber(0, 100).default(5),
  TRACES_SLOW_MS: envNumber(1, 3_600_000).default(1_000),
} as const;

/** A certificate authority in PEM. @throws Fault CONFIG_INVALID naming the variable when it cannot be read */
export function readCaFile(variable: string, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    const text = readFileSync(path, 'utf8');
    if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  } catch (cause) {
    throw new Fault('CONFIG_INVALID', `The file of ${variable} cannot be read.`, {
      suggestion: `Check the path and its rights: ${path}`,
      cause,
    });
  }
  throw new Fault('CONFIG_INVALID', `The file of ${variable} holds no certificate.`, {
    suggestion: 'It is a PEM file that begins with -----BEGIN CERTIFICATE-----.',
  });
}
