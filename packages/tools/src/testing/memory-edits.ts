import { canonicalJson } from '@hub/core/canonical-json.ts';
import { Fault } from '@hub/core/fault.ts';
import { newId } from '@hub/core/ids.ts';
import type { EditRecord, EditsPort, ItemRef } from '../define.ts';

/** One kept configuration write. */
export interface KeptEdit {
  readonly item: ItemRef;
  readonly before: unknown;
  readonly after: unknown;
}

export type MemoryEdit = EditRecord & KeptEdit;

/** The edits port without a database: reads, writes, reads again; a lost answer counts as done when the item changed. */
export function createMemoryEdits(
  kept: KeptEdit[],
  { store = [], callId = newId(), tool = 'ha_test' }: { store?: MemoryEdit[]; callId?: string; tool?: string } = {},
): EditsPort {
  return {
    async change({ item, read, write, idOf }) {
      const before = structuredClone(await read());
      let lost: Fault | undefined;
      try {
        await write(before);
      } catch (error) {
        if (!(error instanceof Fault && error.outcomeUnknown)) throw error;
        lost = error;
      }
      const after = structuredClone(await read());
      if (lost && canonicalJson(before ?? null) === canonicalJson(after ?? null)) throw lost;
      const edit = { item: { kind: item.kind, id: idOf?.(after) ?? item.id }, before, after };
      kept.push(edit);
      const id = newId();
      store.unshift({
        ...{ ...edit, id, tool, callId, isOwn: true, state: 'done' as const, createdAt: new Date() },
        ...{ wasThere: before !== undefined, isThere: after !== undefined },
        beforeBytes: before === undefined ? 0 : canonicalJson(before).length,
      });
      return { editId: id, before, after };
    },
    list: async ({ limit, olderThanId, kind, itemId, callId: call, isOwn, wasThere, createdFrom, createdBefore }) => {
      const from = olderThanId === undefined ? 0 : store.findIndex((edit) => edit.id === olderThanId) + 1;
      const isWanted = (edit: MemoryEdit) =>
        (kind === undefined || edit.item.kind === kind) &&
        (itemId === undefined || edit.item.id === itemId) &&
        (call === undefined || edit.callId === call) &&
        (isOwn === undefined || edit.isOwn) &&
        (wasThere === undefined || edit.wasThere) &&
        (createdFrom === undefined || edit.createdAt >= createdFrom) &&
        (createdBefore === undefined || edit.createdAt < createdBefore);
      return store.slice(from).filter(isWanted).slice(0, limit);
    },
    get: async (id) => store.find((edit) => edit.id === id),
    async remove(ids) {
      const gone = store.filter(({ id }) => ids.includes(id)).map(({ id }) => id);
      store.splice(0, store.length, ...store.filter(({ id }) => !ids.includes(id)));
      return gone;
    },
  };
}
