import type { Change } from '@hub/db/changes.ts';
import type { Gate } from '@hub/gate/gate.ts';
import type { Holder } from '@hub/gate/holder.ts';
import type { Directory, KnownConnector } from './directory.ts';
import type { Surfaces } from './surfaces.ts';

export interface ChangeTargets {
  readonly homes: Holder;
  readonly directory: Directory;
  readonly gate: Gate;
  readonly surfaces: Surfaces;
  /** Told the id of a connector that opens nothing any more. */
  readonly revoked: ReadonlySet<(connectorId: string) => void>;
}

/** What this process cached of changed rows is read anew: links reopen, open clients hear of a new list or are cut off. */
export async function applyChanges(targets: ChangeTargets, changes: readonly Change[]): Promise<void> {
  const { homes, directory } = targets;
  const homeIds = new Set(changes.filter(({ kind }) => kind === 'home').map(({ rowId }) => rowId));
  await Promise.all([...homeIds].map((homeId) => homes.release(homeId)));
  const tenantIds = [...new Set(changes.map(({ tenantId }) => tenantId))];
  const forgotten = tenantIds.flatMap((tenantId) => directory.forgetTenant(tenantId));
  await Promise.all(forgotten.map((known) => follow(targets, known)));
}

async function follow({ directory, gate, surfaces, revoked }: ChangeTargets, known: KnownConnector): Promise<void> {
  const now = await directory.refresh(known);
  if (!now) for (const end of revoked) end(known.access.id);
  else if (gate.list(now.access) !== gate.list(known.access)) surfaces.changed(now);
}
