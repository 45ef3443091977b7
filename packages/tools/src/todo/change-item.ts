import { callService } from '@hub/ha/services.ts';
import { listTodoItems, type TodoItem, waitForTodoItems } from '@hub/ha/todo.ts';
import type { ToolContext } from '../define.ts';
import { WAIT_MS } from './add-item.ts';
import { type ItemFields, plannedItem, shows } from './item-fields.ts';
import { isSameItem } from './todo-list.ts';

/** Changes one item and leaves the rest of it; undefined when the list did not show it in 10 s. */
export async function changeItem(
  { home, edits, signal }: ToolContext,
  entityId: string,
  item: TodoItem,
  rename: string | undefined,
  fields: ItemFields,
): Promise<TodoItem | undefined> {
  const id = item.uid ?? item.summary ?? '';
  // Without a uid an item is known by its title alone, which a new title changes.
  const isOurs = (one: TodoItem) => isSameItem(item, one) || (!item.uid && one.summary === rename);
  const changed = (items: readonly TodoItem[]) =>
    items.find((one) => isOurs(one) && shows(one, rename, fields, home.info.timeZone));
  let isWritten = false;
  let shown: TodoItem | undefined;
  await edits.change({
    item: { kind: 'todo_item', id: `${entityId}/${id}` },
    async read() {
      const items = await listTodoItems(home, entityId, { signal });
      if (!isWritten) return items.find((one) => isSameItem(item, one));
      shown = changed(items);
      return shown ?? items.find(isOurs);
    },
    plan: () => plannedItem(item, rename, fields),
    async write() {
      isWritten = true;
      const data = { item: id, ...(rename === undefined ? {} : { rename }), ...fields };
      await callService(home, 'todo', 'update_item', { data, target: { entity_id: entityId }, signal });
      const isThere = (items: readonly TodoItem[]) => changed(items) !== undefined;
      await waitForTodoItems(home, entityId, isThere, { deadlineMs: WAIT_MS, signal });
    },
  });
  return shown;
}
