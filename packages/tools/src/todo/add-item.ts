import { callService } from '@hub/ha/services.ts';
import { listTodoItems, type TodoItem, waitForTodoItems } from '@hub/ha/todo.ts';
import type { ToolContext } from '../define.ts';
import { type ItemFields, plannedItem, shows } from './item-fields.ts';

export const WAIT_MS = 10_000;

/** Home Assistant tells nothing about an item it added, so it is known as the one that was not there before. Undefined when that did not show in 10 s. */
export async function addItem(
  { home, edits, signal }: ToolContext,
  entityId: string,
  summary: string,
  { status, ...fields }: ItemFields,
): Promise<TodoItem | undefined> {
  const data = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
  const before = await listTodoItems(home, entityId, { signal });
  const known = new Set(before.map(({ uid }) => uid));
  const twins = before.filter((item) => item.summary === summary).length;
  const newcomer = (items: readonly TodoItem[]) => {
    const titled = items.filter((item) => item.summary === summary);
    return titled.find(({ uid }) => uid && !known.has(uid)) ?? (titled.length > twins ? titled.at(-1) : undefined);
  };
  const target = { entity_id: entityId };
  let shown: TodoItem | undefined;
  await edits.change({
    item: { kind: 'todo_item', id: `${entityId}/${summary}` },
    async read() {
      shown = newcomer(await listTodoItems(home, entityId, { signal }));
      return shown;
    },
    async write() {
      await callService(home, 'todo', 'add_item', { data: { item: summary, ...data }, target, signal });
      let added: TodoItem | undefined;
      const isThere = (items: readonly TodoItem[]) => {
        added = newcomer(items);
        return added !== undefined;
      };
      await waitForTodoItems(home, entityId, isThere, { deadlineMs: WAIT_MS, signal });
      // A new item is open, whatever was asked for.
      if (status !== 'completed' || !added) return;
      const done = { item: added.uid ?? summary, status };
      await callService(home, 'todo', 'update_item', { data: done, target, signal });
      const isDone = (items: readonly TodoItem[]) => {
        const item = newcomer(items);
        return item !== undefined && shows(item, summary, { status }, home.info.timeZone);
      };
      await waitForTodoItems(home, entityId, isDone, { deadlineMs: WAIT_MS, signal });
    },
    plan: () => plannedItem({ summary, status: 'needs_action' }, undefined, { status: status ?? null, ...fields }),
    idOf: () => (shown?.uid ? `${entityId}/${shown.uid}` : undefined),
  });
  return shown;
}
