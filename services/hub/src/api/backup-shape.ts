import type { BackupRecord } from '@hub/db/backups.ts';
import { z } from 'zod';
import { id, when } from './field-shapes.ts';

const count = z.number().int().min(0).max(1_000);

export const rulesShape = z
  .object({
    last: z.number().int().min(1).max(1_000).describe('The newest so many.'),
    daily: count.describe('The newest of each of so many days that have one.'),
    weekly: count.describe('The newest of each of so many weeks that have one.'),
  })
  .meta({ id: 'BackupRules' });

export const backupShape = z
  .object({
    id,
    state: z
      .enum(['storing', 'stored', 'broken', 'removing'])
      .describe('stored: read back and found right. broken: a later look found it wrong.'),
    name: z.string(),
    haBackupId: z.string().describe("Home Assistant's own id of it."),
    haVersion: z.string().optional(),
    madeAt: when,
    isWithDatabase: z.boolean(),
    isProtected: z.boolean().describe('Encrypted by Home Assistant too, with its own key.'),
    place: z.string(),
    object: z.string().describe('Its name in the store.'),
    sizeBytes: z.number().int().optional().describe("Of the home's own file."),
    sha256: z.string().optional(),
    storedAt: when.optional(),
    checkedAt: when.optional().describe('When all of it was last read.'),
    checkError: z.string().optional(),
  })
  .meta({ id: 'StoredBackup' });

export function backupAnswer(record: BackupRecord): z.output<typeof backupShape> {
  const { measured, madeAt, storedAt, checkedAt, homeId: _home, ...rest } = record;
  return {
    ...rest,
    madeAt: madeAt.toISOString(),
    sizeBytes: measured?.sizeBytes,
    sha256: measured?.sha256.toString('hex'),
    storedAt: storedAt?.toISOString(),
    checkedAt: checkedAt?.toISOString(),
  };
}
