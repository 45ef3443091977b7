import { notThere } from '@hub/ha/guarded-view.ts';
import type { EntityEntry } from '@hub/ha/records.ts';
import type { Visibility } from '@hub/ha/visibility.ts';
import type { EditRecord, EditsPort, ItemRef } from '@hub/tools/define.ts';
import type { OpenHome } from './open-home.ts';

/** Edits as a connector with entity rules may know of them: what stands behind a hidden entity is not among them, and is not written. */
export function hidingEdits(edits: EditsPort, { whole, visibility }: OpenHome): EditsPort {
  if (!visibility) return edits;
  const hiddenBehind = async (item: ItemRef) => {
    await visibility.refresh();
    return hiddenOf(item, [...(await whole.entities()).values()], visibility);
  };
  return {
    ...edits,
    async change(change) {
      const hidden = await hiddenBehind(change.item);
      if (hidden !== undefined) throw notThere(hidden);
      return edits.change(change);
    },
    async list(query) {
      const shown: EditRecord[] = [];
      let { olderThanId } = query;
      for (;;) {
        const limit = query.limit - shown.length;
        const page = await edits.list({ ...query, olderThanId, limit });
        for (const edit of page) if ((await hiddenBehind(edit.item)) === undefined) shown.push(edit);
        if (page.length < limit || shown.length >= query.limit) return shown;
        olderThanId = page.at(-1)?.id;
      }
    },
    async get(id) {
      const edit = await edits.get(id);
      return edit && (await hiddenBehind(edit.item)) === undefined ? edit : undefined;
    },
  };
}

/** The hidden entity that an item is, or whose only entities it has. */
function hiddenOf({ kind, id }: ItemRef, entries: readonly EntityEntry[], visibility: Visibility): string | undefined {
  const named = visibility.hiddenIn(JSON.stringify(kind === 'group' ? `group.${id}` : id));
  if (named !== undefined) return named;
  const platform = platformOf(kind);
  const own = entries.filter(
    (entry) =>
      (entry.unique_id === id && entry.platform === platform) || entry.config_entry_id === id || entry.device_id === id,
  );
  return own.some((entry) => visibility.isVisible(entry.entity_id, entry)) ? undefined : own[0]?.entity_id;
}

/** The integration that the entity of an item belongs to. */
function platformOf(kind: string): string {
  return kind === 'scene' ? 'homeassistant' : kind.replace(/^helper_/, '');
}
