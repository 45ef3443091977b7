import { byHands } from '@hub/core/by-hands.ts';
import type { Change } from '@hub/db/changes.ts';
import type { Gate } from '@hub/gate/gate.ts';
import type { Holder } from '@hub/gate/holder.ts';
import type { Directory, KnownConnector } from './directory.ts';
import type { Surfaces } from './surfaces.ts';

export interface ChangeTargets {
  readonly homes: Pick<Holder, 'release'>;
  readonly directory: Pick<Directory, 'forgetTenant' | 'forgetAll' | 'refresh'>;
  readonly gate: Pick<Gate, 'listKey'>;
  readonly surfaces: Pick<Surfaces, 'changed'>;
  /** Asked whether a connector has a stream or call open here. */
  readonly open: ReadonlySet<(connectorId: string) => boolean>;
  /** Told the id of a connector that opens nothing any more. */
  readonly revoked: ReadonlySet<(connectorId: string) => void>;
}

export interface ChangeApplier {
  /**
   * Links reopen, open clients hear of a new list or are cut off. A connector that could not be read anew stays to be followed
   * at the next call. @throws Fault STORAGE_UNAVAILABLE
   */
  apply(changes: readonly Change[]): Promise<void>;
  /** Nobody is served any more from what is known; the next changes decide about clients that are open now. */
  forgetAll(): void;
}

const AT_ONCE = 20;

/** Acts on changed rows. */
export function createChangeApplier(targets: ChangeTargets): ChangeApplier {
  const { homes, directory } = targets;
  const unfollowed = new Set<KnownConnector>();

  /** Who has nothing open is read anew when it comes again: a tenant may have thousands, and the next change waits for this one. */
  function toFollow(forgotten: readonly KnownConnector[]): void {
    for (const known of forgotten)
      if ([...targets.open].some((isOpen) => isOpen(known.access.id))) unfollowed.add(known);
  }

  async function follow(known: KnownConnector): Promise<void> {
    const now = await directory.refresh(known);
    unfollowed.delete(known);
    if (!now) for (const end of targets.revoked) end(known.access.id);
    else if (targets.gate.listKey(now.access) !== targets.gate.listKey(known.access)) targets.surfaces.changed(now);
  }

  return {
    async apply(changes) {
      // First of all, so that nobody is served from what is known to be old.
      for (const tenantId of new Set(changes.map((change) => change.tenantId))) {
        toFollow(directory.forgetTenant(tenantId));
      }
      const homeIds = new Set(changes.filter(({ kind }) => kind === 'home').map(({ rowId }) => rowId));
      await Promise.all([
        byHands(AT_ONCE, [...unfollowed], follow),
        ...[...homeIds].map((homeId) => homes.release(homeId)),
      ]);
    },
    forgetAll() {
      toFollow(directory.forgetAll());
    },
  };
}
