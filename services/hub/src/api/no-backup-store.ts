import { Fault } from '@hub/core/fault.ts';

export function noBackupStore(): Fault {
  return new Fault('CONFIG_INVALID', 'This hub has no store for backups.', {
    suggestion: 'Set BACKUP_STORE to a folder or s3://BUCKET/PREFIX and start it again (docs/backups.md).',
  });
}
