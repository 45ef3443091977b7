import { Fault } from '@hub/core/fault.ts';
import type { FaultCode } from '@hub/core/fault-codes.ts';
import type { EntityState } from '@hub/ha/records.ts';
import { listTodoItems, type TodoItem } from '@hub/ha/todo.ts';
import type { View } from '@hub/ha/view.ts';
import type { ToolContext } from '../define.ts';
import { invalidParameter } from '../shared/invalid-parameter.ts';

const MAX_LISTED = 20;

/**
 * The to-do list of that id. Home Assistant would take an action on a list that is not there and do nothing.
 * @throws Fault VALIDATION_INVALID_PARAMETER for an id that is none; `absent` for one that is not there
 */
export async function findTodoList(home: View, entityId: string, absent: FaultCode): Promise<EntityState> {
  if (!entityId.startsWith('todo.')) {
    throw invalidParameter('entity_id', `'${entityId}' is no to-do list.`, 'Name one, e.g. todo.shopping_list.');
  }
  const states = await home.states();
  const state = states.get(entityId);
  if (state) return state;
  const lists = [...states.keys()].filter((id) => id.startsWith('todo.')).slice(0, MAX_LISTED);
  throw new Fault(absent, `There is no to-do list ${entityId} in this home.`, {
    suggestion: lists.length > 0 ? `Use one of ${lists.join(', ')}.` : 'This home has no to-do list yet.',
    context: { entity_id: entityId, available_lists: lists },
  });
}

/** The item a uid or a title means, with a word when the title means several. */
export interface FoundItem {
  readonly item: TodoItem;
  readonly warnings: readonly string[];
}

/**
 * Of several items with one title the first open one is meant: the completed ones are usually last week's.
 * @throws Fault VALIDATION_FAILED with the titles there are
 */
export async function findTodoItem({ home, signal }: ToolContext, entityId: string, given: string): Promise<FoundItem> {
  const wanted = given.trim();
  if (wanted === '')
    throw invalidParameter('item', 'it is empty.', 'Give the title or the uid of the item.', { value: given });
  const items = await listTodoItems(home, entityId, { signal });
  const byUid = items.find(({ uid }) => uid === wanted);
  const titled = items.filter(({ summary }) => summary === wanted);
  const item = byUid ?? titled.find(({ status }) => status !== 'completed') ?? titled[0];
  if (item) {
    const isUnclear = byUid === undefined && titled.length > 1;
    const which = item.status === 'completed' ? 'first' : 'first open';
    const warning = `${titled.length} items have this title; the ${which} one was taken. Name one by its uid.`;
    return { item, warnings: isUnclear ? [warning] : [] };
  }
  throw new Fault('VALIDATION_FAILED', `\`item\`: ${entityId} has no item '${given}'.`, {
    suggestion: 'Give its exact title or its uid; ha_get_todo shows both.',
    context: {
      parameter: 'item',
      entity_id: entityId,
      item: given,
      available_items: items.slice(0, MAX_LISTED).map(({ uid, summary }) => ({ uid, summary })),
    },
  });
}

export function isSameItem(a: TodoItem, b: TodoItem): boolean {
  return a.uid ? a.uid === b.uid : !b.uid && a.summary === b.summary;
}
