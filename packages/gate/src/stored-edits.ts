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
    async change({ item, read, write, idOf }: ItemChange) {
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
      const lost = await send(editId, () => write(before));
      const after = await readBack(editId, read, lost);
      if (lost && canonicalJson(after ?? null) === canonicalJson(before ?? null)) {
        await settle(editId, { state: 'unknown', faultCode: lost.code });
        throw lost;
      }
      try {
        await finishEdit(db, vault, tenantId, editId, { state: 'done', after, itemId: idOf?.(after) });
      } catch (cause) {
        throw unsettled('its record could not be completed', cause);
      }
      return { editId, before, after };
    },
  };

  /** Resolves with the fault when the answer was lost, so that reading may settle it. */
  async function send(editId: string, write: () => Promise<void>): Promise<Fault | undefined> {
    try {
      await write();
      return undefined;
    } catch (error) {
      if (error instanceof Fault && error.outcomeUnknown) return error;
      await settle(editId, { state: 'failed', ...(error instanceof Fault ? { faultCode: error.code } : {}) });
      throw error;
    }
  }

  async function readBack(editId: string, read: ItemChange['read'], lost: Fault | undefined): Promise<unknown> {
    try {
      return await read();
    } catch (cause) {
      await settle(editId, { state: 'unknown', ...(cause instanceof Fault ? { faultCode: cause.code } : {}) });
      throw lost ?? unsettled('it could not be read back', cause);
    }
  }
}

/** The home took the change, so "failed" would be a lie and repeating it a risk. */
function unsettled(what: string, cause: unknown): Fault {
  return new Fault('STORAGE_UNAVAILABLE', `The home took the change, but ${what}.`, {
    suggestion: 'Read the item before changing it again.',
    outcomeUnknown: true,
    cause,
  });
}
