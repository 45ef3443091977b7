import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { invalidParameter } from '../shared/invalid-parameter.ts';
import { previewParameter, successShape } from '../shared/parameters.ts';
import { addItem } from './add-item.ts';
import { changeItem } from './change-item.ts';
import { itemFields } from './item-fields.ts';
import { findTodoItem, findTodoList } from './todo-list.ts';

const input = z.strictObject({
  entity_id: z.string().describe('e.g. todo.shopping_list'),
  summary: z.string().optional().describe('title of a new item'),
  item: z.string().optional().describe('title or uid of the item to change'),
  status: z.enum(['needs_action', 'completed']).optional(),
  description: z.string().optional().describe("'' clears"),
  due_date: z.string().optional().describe("2026-11-25, '' clears"),
  due_datetime: z.string().optional().describe("2026-11-25T10:00:00 instead of due_date, '' clears"),
  rename: z.string().optional().describe('with item: its new title'),
  preview: previewParameter,
});

type Input = z.infer<typeof input>;

/** Source: HA actions `todo.add_item` and `todo.update_item`. */
export const tool = defineTool({
  name: 'ha_set_todo_item',
  title: 'Set Todo Item',
  docs: 'Adds an item to a to-do or shopping list (summary), or changes one there is (item): complete it with status completed, rename it, set description or due date. Lists and items come from ha_get_todo. For appointments use ha_config_set_calendar_event.',
  tags: ['Todo Lists'],
  scope: 'home',
  effect: 'control',
  input,
  output: z.looseObject({
    ...successShape,
    entity_id: z.string(),
    item: z.string(),
    uid: z.string().nullable(),
    /** The item as the list shows it. */
    result: z.looseObject({}).nullable(),
    message: z.string(),
    partial: z.literal(true).optional(),
  }),
  targets: ({ entity_id, item }) => [
    { action: item === undefined ? 'todo.add_item' : 'todo.update_item', selector: { entity_id } },
  ],
  items: ({ entity_id, summary, item }) => [{ kind: 'todo_item', id: `${entity_id}/${item ?? summary ?? ''}` }],
  async run(call, context) {
    const { summary, item } = call;
    if (summary !== undefined && item !== undefined) {
      throw invalidParameter('summary', '`item` is given too.', [
        'To add an item give summary alone.',
        'To give an item another title name it with item and give rename.',
      ]);
    }
    if (summary !== undefined) return add(call, summary, context);
    if (item !== undefined) return change(call, item, context);
    throw missing('Neither `summary` nor `item` is given.', 'Give summary to add an item, item to change one.', call);
  },
});

async function add(call: Input, summary: string, context: ToolContext) {
  const { entity_id: entityId, description, due_date, due_datetime } = call;
  const title = summary.trim();
  if (title === '') throw invalidParameter('summary', 'it is empty.', 'Give the item a title.');
  if (call.rename !== undefined)
    throw invalidParameter('rename', 'a new item has its title from `summary`.', 'Leave it out.');
  const fields = itemFields(call);
  await findTodoList(context.home, entityId, 'ENTITY_NOT_FOUND');
  const shown = await addItem(context, entityId, title, fields);
  return {
    success: true as const,
    entity_id: entityId,
    item: title,
    uid: shown?.uid ?? null,
    description: description ?? null,
    due_date: due_date ?? null,
    due_datetime: due_datetime ?? null,
    result: shown ?? null,
    message: `Added '${title}' to ${entityId}.`,
    ...unproven(shown),
  };
}

async function change(call: Input, item: string, context: ToolContext) {
  const { entity_id: entityId, rename } = call;
  const fields = itemFields(call);
  if (rename?.trim() === '') throw invalidParameter('rename', 'it is empty.', 'A title cannot be cleared.');
  if (rename === undefined && Object.keys(fields).length === 0) {
    throw missing('There is nothing to change.', 'Give status, rename, description, due_date or due_datetime.', call);
  }
  await findTodoList(context.home, entityId, 'ENTITY_NOT_FOUND');
  const found = await findTodoItem(context, entityId, item);
  const shown = await changeItem(context, entityId, found.item, rename?.trim(), fields);
  const { partial, warnings = [] } = unproven(shown);
  const all = [...found.warnings, ...warnings];
  return {
    success: true as const,
    entity_id: entityId,
    item,
    uid: found.item.uid ?? null,
    updates: { ...(rename === undefined ? {} : { rename: rename.trim() }), ...fields },
    result: shown ?? null,
    message: `Changed '${found.item.summary ?? item}' in ${entityId}.`,
    ...(all.length > 0 ? { warnings: all } : {}),
    ...(partial ? { partial } : {}),
  };
}

function unproven(shown: unknown): { partial?: true; warnings?: string[] } {
  return shown
    ? {}
    : { partial: true, warnings: ['Home Assistant took it, but the list does not show it after 10 s.'] };
}

function missing(message: string, suggestion: string, { entity_id }: Input): Fault {
  return new Fault('VALIDATION_MISSING_PARAMETER', message, { suggestion, context: { entity_id } });
}
