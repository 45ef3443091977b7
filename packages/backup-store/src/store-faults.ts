import { Fault } from '@hub/core/fault.ts';

/** The object is not in the store: removed by hand, or another store. */
export function objectMissing(name: string, place: string, cause?: unknown): Fault {
  return new Fault('RESOURCE_NOT_FOUND', `The backup store ${place} does not hold ${name}.`, {
    suggestion: 'It was removed there, or BACKUP_STORE names another place than when it was stored.',
    cause,
  });
}

export function storeAway(place: string, why: string, cause?: unknown): Fault {
  return new Fault('CONNECTION_FAILED', `The backup store ${place} failed: ${why}`, {
    suggestion: 'Look at its free space, rights and network, then start it again.',
    cause,
  });
}

/** What was read is not what was written. */
export class BackupBroken extends Error {
  override readonly name = 'BackupBroken';
}
