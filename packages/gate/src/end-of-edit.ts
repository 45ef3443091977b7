import { Fault } from '@hub/core/fault.ts';
import type { Database } from '@hub/db/database.ts';
import { type EditOutcome, type EditSummary, getEdit } from '@hub/db/edits.ts';
import type { Vault } from '@hub/db/vault.ts';
import { createView } from '@hub/ha/mirrored-view.ts';
import { readItem } from '@hub/tools/undo/read-item.ts';
import type { Holder } from './holder.ts';

export interface EditEndDeps {
  readonly db: Database;
  readonly vault: Vault;
  readonly homes: Pick<Holder, 'hold'>;
}

interface JudgedCall {
  readonly tenantId: string;
  readonly homeId: string;
  readonly isDone: boolean;
  /** All it wanted was that the item goes. */
  readonly isRemoval: boolean;
  readonly signal: AbortSignal;
}

/**
 * What to store of the edit of a call that was judged: one that was made keeps the item as it is now, so that it can be undone;
 * *unknown* where that cannot be read. Undefined when the edit says itself how it ended. @throws Fault STORAGE_UNAVAILABLE
 */
export async function endOfEdit(
  { db, vault, homes }: EditEndDeps,
  [edit]: readonly EditSummary[],
  { tenantId, homeId, isDone, isRemoval, signal }: JudgedCall,
): Promise<{ readonly id: string; readonly outcome: EditOutcome } | undefined> {
  if (!edit || edit.state === 'done' || edit.state === 'failed') return undefined;
  const { id, item } = edit;
  if (!isDone) return { id, outcome: { state: 'failed', faultCode: 'CANCELLED' } };
  try {
    const kept = await getEdit(db, vault, tenantId, id);
    const { home, mirror } = await homes.hold(tenantId, homeId);
    const after = await readItem({ home: createView(home, mirror), signal }, item, kept?.before);
    // It went meanwhile: "removed" would be somebody else's doing.
    if (after === undefined && !isRemoval) return { id, outcome: { state: 'unknown' } };
    return { id, outcome: { state: 'done', after } };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof Fault) || error.code === 'STORAGE_UNAVAILABLE') throw error;
    return { id, outcome: { state: 'unknown', faultCode: error.code } };
  }
}
