import { Fault } from '@hub/core/fault.ts';

/** Node's codes and PostgreSQL's own words for a disk that takes no more. */
const FULL = /ENOSPC|EDQUOT|No space left on device|Disk quota exceeded/;

export function saysDiskFull(text: string): boolean {
  return FULL.test(text);
}

export function diskFullFault(folder: string, cause?: unknown): Fault {
  return new Fault('STORAGE_UNAVAILABLE', `The disk of ${folder} is full: the database cannot start.`, {
    suggestion: 'Free at least 200 MB there, or set DATA_DIR to a folder on another disk, then start again.',
    cause,
  });
}

/** A file system's refusal as a Fault about `folder`; anything else as it is. */
export function asFolderFault(folder: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof Fault || !('code' in error)) return error;
  const code = String(error.code);
  if (FULL.test(code)) return diskFullFault(folder, error);
  if (/^(EACCES|EPERM|EROFS|ENOTDIR|EEXIST)$/.test(code)) {
    return new Fault('STORAGE_UNAVAILABLE', `The data folder ${folder} cannot be used (${code}).`, {
      suggestion: 'Start the hub as the user who owns it, or set DATA_DIR to a folder this user may write to.',
      cause: error,
    });
  }
  return error;
}
