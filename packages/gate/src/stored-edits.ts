import { canonicalJson } from '@hub/core/canonical-json.ts';
import { Fault } from '@hub/core/fault.ts';
import type { Database } from '@hub/db/database.ts';
import { beginEdit, type EditOutcome, finishEdit } from '@hub/db/edits.ts';
import type { Vault } from '@hub/db/vault.ts';
import type { Log } from '@hub/runtime/log.ts';
import type { EditsPort, ItemChange } from '@hub/tools/define.ts';
import type { EditOrigin } from './tool-context.ts';

export interface StoredEditsDeps {
  readonly db: Database;
  readonly vault: Vault;
  readonly log: Log;
}

/** Keeps an item as it was and as it became, around every configuration write of one call. */
export function createStoredEdits(
  { db, vault, log }: StoredEditsDeps,
  { connector, home, callId, tool }: EditOrigin,
): EditsPort {
  const { tenantId } = connector;

  async function settle(editId: string, outcome: EditOutcome): Promise<void> {
    await finishEdit(db, vault, tenantId, editId, outcome).catch((error: unknown) => {
      // The edit is stored with its "before"; without this row it reads as unsettled, never as not made.
      log.error({ err: error, editId }, 'the end of an edit could not be stored');
    });
  }

  return {
    async change({ item, read, write }: ItemChange) {
      const before = await read();
      const actor = { kind: 'connector', id: connector.id } as const;
      const editId = await beginEdit(db, vault, tenantId, {
        homeId: home.id,
        connectorId: connector.id,
        callId,
        item,
        tool,
        before,
        actor,
      });
      try {
        await write(before);
      } catch (error) {
        if (!(error instanceof Fault) || !error.outcomeUnknown) {
          await settle(editId, { state: 'failed', ...(error instanceof Fault ? { faultCode: error.code } : {}) });
          throw error;
        }
        const after = await read().catch(() => before);
        if (canonicalJson(after ?? null) === canonicalJson(before ?? null)) {
          await settle(editId, { state: 'unknown', faultCode: error.code });
          throw error;
        }
        // The answer was lost, yet the item shows the write.
      }
      const after = await read();
      await finishEdit(db, vault, tenantId, editId, { state: 'done', after });
      return { editId, before, after };
    },
  };
}
