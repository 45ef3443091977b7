import { canonicalJson } from '@hub/core/canonical-json.ts';
import { Fault } from '@hub/core/fault.ts';
import { newId } from '@hub/core/ids.ts';
import type { EditsPort, ItemRef } from '../define.ts';

/** The edits port without a database: reads, writes, reads again; a lost answer counts as done when the item changed. */
export function createMemoryEdits(kept: { item: ItemRef; before: unknown; after: unknown }[]): EditsPort {
  return {
    async change({ item, read, write, idOf }) {
      const before = await read();
      let lost: Fault | undefined;
      try {
        await write(before);
      } catch (error) {
        if (!(error instanceof Fault && error.outcomeUnknown)) throw error;
        lost = error;
      }
      const after = await read();
      if (lost && canonicalJson(before ?? null) === canonicalJson(after ?? null)) throw lost;
      kept.push({ item: { kind: item.kind, id: idOf?.(after) ?? item.id }, before, after });
      return { editId: newId(), before, after };
    },
  };
}
