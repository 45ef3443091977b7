import { resolve } from 'node:path';
import { Fault } from '@hub/core/fault.ts';
import { envHttpUrl, envText } from '@hub/runtime/env.ts';
import { z } from 'zod';
import { createFolderStore } from './folder-store.ts';
import { createS3Store } from './s3-store.ts';
import type { BackupStore } from './store.ts';

/** The same names as other programs for S3 use. */
export const backupStoreVariables = {
  BACKUP_STORE: envText.optional(),
  AWS_ACCESS_KEY_ID: envText.optional(),
  AWS_SECRET_ACCESS_KEY: envText.optional(),
  AWS_SESSION_TOKEN: envText.optional(),
  AWS_REGION: envText.default('us-east-1'),
  AWS_ENDPOINT_URL: envHttpUrl.optional(),
} as const;

const readShape = z.object(backupStoreVariables);

/** The store that BACKUP_STORE names; undefined without it. Nothing is asked of it yet. @throws Fault CONFIG_INVALID */
export function backupStoreOf(read: z.output<typeof readShape>): BackupStore | undefined {
  const { BACKUP_STORE: named } = read;
  if (named === undefined) return undefined;
  if (!/^[a-z0-9]+:\/\//i.test(named)) return createFolderStore(resolve(named));
  const [, bucket, prefix = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(named) ?? [];
  if (bucket === undefined) throw wrong('BACKUP_STORE is neither a folder nor s3://BUCKET/PREFIX.');
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = read;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw wrong('BACKUP_STORE is a bucket, and AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is not set.');
  }
  return createS3Store({
    ...{ bucket, prefix: prefix.replace(/^\/+|\/+$/g, ''), accessKeyId, secretAccessKey },
    endpoint: read.AWS_ENDPOINT_URL?.href,
    region: read.AWS_REGION,
    sessionToken: read.AWS_SESSION_TOKEN,
  });
}

function wrong(message: string): Fault {
  return new Fault('CONFIG_INVALID', message, {
    suggestion: 'Give a folder, or s3://BUCKET/PREFIX with the AWS_* variables of that bucket (docs/backups.md).',
  });
}
