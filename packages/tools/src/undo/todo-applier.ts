import { callService } from '@hub/ha/services.ts';
import { listTodoItems, type TodoItem, waitForTodoItems } from '@hub/ha/todo.ts';
import { type Applied, type Applier, type ItemContext, omit, type Row, rowOf } from './applier.ts';

const WAIT_MS = 10_000;

/** The id is `<list>/<uid>`, or the title where the list gives no uid. */
export const todoApplier: Applier = {
  essence: (item) => omit(item, ['uid', 'completed']),
  async read({ home, signal }, key, kept) {
    const [list, id] = split(key);
    const title = rowOf(kept)['summary'];
    const items = await listTodoItems(home, list, { signal });
    return (
      items.find(({ uid }) => uid === id) ?? items.find((one) => !one.uid && [id, title].includes(one.summary ?? ''))
    );
  },
  write(context, key, wanted, now) {
    const [list] = split(key);
    const [to, from] = [rowOf(wanted), rowOf(now)];
    if (wanted === undefined) return remove(context, list, from);
    return now === undefined ? add(context, list, to) : change(context, list, to, from);
  },
};

async function remove(context: ItemContext, list: string, from: Row): Promise<Applied> {
  const item = idOf(from);
  await call(context, list, 'remove_item', { item });
  await waitFor(context, list, (items) => !items.some((one) => idOf(one) === item));
  return {};
}

async function add(context: ItemContext, list: string, to: Row): Promise<Applied> {
  const known = new Set((await listTodoItems(context.home, list, { signal: context.signal })).map(idOf));
  let made: TodoItem | undefined;
  const isThere = (items: readonly TodoItem[]) => {
    made = items.find((one) => one.summary === to['summary'] && !known.has(idOf(one)));
    return made !== undefined;
  };
  await call(context, list, 'add_item', { item: to['summary'], ...detailsOf(to, false) });
  await waitFor(context, list, isThere);
  const id = made && idOf(made);
  if (to['status'] === 'completed' && id !== undefined) {
    await call(context, list, 'update_item', { item: id, status: 'completed' });
    await waitFor(context, list, (items) => items.some((one) => idOf(one) === id && one.status === 'completed'));
  }
  return { id: id === undefined ? undefined : `${list}/${id}` };
}

async function change(context: ItemContext, list: string, to: Row, from: Row): Promise<Applied> {
  const item = idOf(from);
  await call(context, list, 'update_item', {
    item,
    rename: to['summary'],
    status: to['status'],
    ...detailsOf(to, true, from),
  });
  const isThere = (items: readonly TodoItem[]) =>
    items.some(
      (one) => (one.uid ? one.uid === item : true) && one.summary === to['summary'] && one.status === to['status'],
    );
  await waitFor(context, list, isThere);
  return {};
}

/** Lists differ in what they take, so only what is or was there is named; null clears. */
function detailsOf(to: Row, isChange: boolean, from: Row = {}): Row {
  const { description, due } = to;
  const dueKey = typeof due === 'string' && due.length > 10 ? 'due_datetime' : 'due_date';
  const clears = (key: string) => isChange && Boolean(from[key]);
  return {
    ...(description || clears('description') ? { description: description || null } : {}),
    ...(due || clears('due') ? { [dueKey]: due || null } : {}),
  };
}

function idOf(item: Row | TodoItem): string {
  return String(item['uid'] || item['summary'] || '');
}

async function call({ home, signal }: ItemContext, list: string, action: string, data: Row): Promise<void> {
  await callService(home, 'todo', action, { data, target: { entity_id: list }, signal });
}

async function waitFor({ home, signal }: ItemContext, list: string, is: (items: readonly TodoItem[]) => boolean) {
  await waitForTodoItems(home, list, is, { deadlineMs: WAIT_MS, signal });
}

function split(key: string): readonly [string, string] {
  const at = key.indexOf('/');
  return [key.slice(0, at), key.slice(at + 1)];
}
