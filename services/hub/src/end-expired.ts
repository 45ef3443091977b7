import { pause } from '@hub/core/pause.ts';
import type { Directory } from './directory.ts';

const LOOK_EVERY_MS = 1_000;

export interface ExpiryDeps {
  readonly directory: Pick<Directory, 'forgetExpired'>;
  /** Told the id of a connector one of whose credentials is over. */
  readonly expired: ReadonlySet<(connectorId: string) => void>;
  readonly signal: AbortSignal;
}

/** Tells each second whose time is over: no row is written for that, so no change does. */
export async function endExpired({ directory, expired, signal }: ExpiryDeps): Promise<void> {
  while (!signal.aborted) {
    await pause(LOOK_EVERY_MS, signal);
    for (const { access } of directory.forgetExpired()) for (const end of expired) end(access.id);
  }
}
