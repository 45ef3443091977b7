import { callService } from '@hub/ha/services.ts';
import { listTodoItems, type TodoItem, waitForTodoItems } from '@hub/ha/todo.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { previewParameter, successShape } from '../shared/parameters.ts';
import { WAIT_MS } from './add-item.ts';
import { findTodoItem, findTodoList, isSameItem } from './todo-list.ts';

/** Source: HA action `todo.remove_item`. */
export const tool = defineTool({
  name: 'ha_remove_todo_item',
  title: 'Remove Todo Item',
  docs: 'Takes an item off a to-do or shopping list, by its title or uid. When the task is done rather than a mistake, set status completed with ha_set_todo_item instead.',
  tags: ['Todo Lists'],
  scope: 'home',
  effect: 'control',
  idempotent: true,
  input: z.strictObject({
    entity_id: z.string().describe('e.g. todo.shopping_list'),
    item: z.string().describe('title or uid'),
    preview: previewParameter,
  }),
  output: z.strictObject({
    ...successShape,
    entity_id: z.string(),
    item: z.string(),
    uid: z.string().nullable(),
    /** The item that was removed. */
    result: z.looseObject({}),
    message: z.string(),
    partial: z.literal(true).optional(),
  }),
  targets: ({ entity_id }) => [{ action: 'todo.remove_item', selector: { entity_id } }],
  items: ({ entity_id, item }) => [{ kind: 'todo_item', id: `${entity_id}/${item}` }],
  async run({ entity_id: entityId, item: given }, context) {
    const { home, edits, signal } = context;
    await findTodoList(home, entityId, 'ENTITY_NOT_FOUND');
    const { item, warnings } = await findTodoItem(context, entityId, given);
    const id = item.uid ?? item.summary ?? '';
    const isGone = (items: readonly TodoItem[]) => !items.some((one) => isSameItem(item, one));
    const { after } = await edits.change({
      item: { kind: 'todo_item', id: `${entityId}/${id}` },
      read: async () => (await listTodoItems(home, entityId, { signal })).find((one) => isSameItem(item, one)),
      plan: () => undefined,
      async write() {
        await callService(home, 'todo', 'remove_item', { data: { item: id }, target: { entity_id: entityId }, signal });
        await waitForTodoItems(home, entityId, isGone, { deadlineMs: WAIT_MS, signal });
      },
    });
    const isProven = after === undefined;
    const all = [
      ...warnings,
      ...(isProven ? [] : ['Home Assistant took it, but the list still shows the item after 10 s.']),
    ];
    return {
      success: true as const,
      entity_id: entityId,
      item: given,
      uid: item.uid ?? null,
      result: item,
      message: `Removed '${item.summary ?? given}' from ${entityId}.`,
      ...(all.length > 0 ? { warnings: all } : {}),
      ...(isProven ? {} : { partial: true as const }),
    };
  },
});
