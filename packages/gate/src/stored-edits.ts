import { canonicalJson } from '@hub/core/canonical-json.ts';
import { Fault } from '@hub/core/fault.ts';
import type { Actor } from '@hub/db/actor.ts';
import type { Database } from '@hub/db/database.ts';
import {
  beginEdit,
  type EditOutcome,
  type EditSummary,
  finishEdit,
  getEdit,
  listEdits,
  removeEdits,
} from '@hub/db/edits.ts';
import type { Vault } from '@hub/db/vault.ts';
import type { Log } from '@hub/runtime/log.ts';
import type { EditRecord, EditsPort, ItemChange } from '@hub/tools/define.ts';

export interface StoredEditsDeps {
  readonly db: Database;
  readonly vault: Vault;
  readonly log: Log;
}

/** Whose edits they are; only those of its home are ever seen. */
export interface EditOrigin {
  readonly tenantId: string;
  readonly homeId: string;
  readonly connectorId: string | undefined;
  readonly actor: Actor;
  readonly callId: string;
  readonly tool: string;
}

/** Keeps an item as it was and as it became, around every configuration write of one call. */
export function createStoredEdits(
  { db, vault, log }: StoredEditsDeps,
  { tenantId, homeId, connectorId, actor, callId, tool }: EditOrigin,
): EditsPort {
  async function settle(editId: string, outcome: EditOutcome): Promise<void> {
    await finishEdit(db, vault, tenantId, editId, outcome).catch((error: unknown) => {
      // The edit is stored with its "before"; without this row it reads as unsettled, never as not made.
      log.error({ err: error, editId }, 'the end of an edit could not be stored');
    });
  }

  return {
    async change({ item, read, write, idOf }: ItemChange) {
      const before = await read();
      const editId = await beginEdit(db, vault, tenantId, {
        homeId,
        connectorId,
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
    async list({ isOwn, olderThanId, ...query }) {
      if (isOwn && connectorId === undefined) return [];
      const filter = { ...query, homeId, beforeId: olderThanId, connectorId: isOwn && connectorId };
      return (await listEdits(db, tenantId, filter)).map(recordOf);
    },
    async get(id) {
      const edit = isId(id) ? await getEdit(db, vault, tenantId, id) : undefined;
      return edit?.homeId === homeId ? { ...recordOf(edit), before: edit.before, after: edit.after } : undefined;
    },
    remove: (ids) => removeEdits(db, tenantId, homeId, ids.filter(isId)),
  };

  function recordOf(edit: EditSummary): EditRecord {
    const { id, item, tool, callId, state, wasThere, isThere, beforeBytes, createdAt } = edit;
    const isOwn = connectorId !== undefined && edit.connectorId === connectorId;
    return { id, item, tool, callId, isOwn, state, wasThere, isThere, beforeBytes, createdAt };
  }

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

function isId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
