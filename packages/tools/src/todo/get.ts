import { counted } from '@hub/core/counted.ts';
import type { EntityState } from '@hub/ha/records.ts';
import { listTodoItems } from '@hub/ha/todo.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { successShape } from '../shared/parameters.ts';
import { findTodoList } from './todo-list.ts';

const listShape = z.strictObject({
  entity_id: z.string(),
  friendly_name: z.string().nullable(),
  state: z.string(),
  icon: z.string().nullable(),
  supported_features: z.number().int(),
});

/** Source: HA `todo/item/list`. */
export const tool = defineTool({
  name: 'ha_get_todo',
  title: 'Get Todo',
  docs: 'Without entity_id all to-do and shopping lists, the state being how many items are open; with it the items of that list, with uid, status and due date. For appointments use ha_config_get_calendar_events.',
  tags: ['Todo Lists'],
  scope: 'home',
  effect: 'read',
  idempotent: true,
  input: z.strictObject({
    entity_id: z.string().optional().describe('e.g. todo.shopping_list'),
    status: z.enum(['needs_action', 'completed']).optional().describe('only items of this status'),
  }),
  output: z.strictObject({
    ...successShape,
    count: z.number().int(),
    todo_lists: z.array(listShape).optional(),
    entity_id: z.string().optional(),
    status_filter: z.string().nullable().optional(),
    items: z.array(z.looseObject({})).optional(),
    message: z.string(),
  }),
  async run({ entity_id: entityId, status }, { home, signal }) {
    if (entityId === undefined) {
      const lists = [...(await home.states()).values()].filter(({ entity_id: id }) => id.startsWith('todo.')).map(row);
      const message = `Found ${counted(lists.length, 'to-do list')}.`;
      return { success: true as const, count: lists.length, todo_lists: lists, message };
    }
    await findTodoList(home, entityId, 'SERVICE_CALL_FAILED');
    const all = await listTodoItems(home, entityId, { signal });
    const items = all.filter((item) => status === undefined || item.status === status);
    return {
      success: true as const,
      entity_id: entityId,
      status_filter: status ?? null,
      count: items.length,
      items,
      message: `${entityId} has ${counted(items.length, status ? `${status} item` : 'item')}.`,
    };
  },
});

function row({ entity_id, state, attributes }: EntityState): z.infer<typeof listShape> {
  const text = (key: string) => (typeof attributes[key] === 'string' ? attributes[key] : null);
  const features = attributes['supported_features'];
  return {
    entity_id,
    friendly_name: text('friendly_name'),
    state,
    icon: text('icon'),
    supported_features: typeof features === 'number' ? features : 0,
  };
}
