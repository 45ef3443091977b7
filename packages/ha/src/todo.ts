import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';
import type { WaitOptions } from './wait-for.ts';
import { waitForPush } from './wait-for-push.ts';

const itemSchema = z.looseObject({
  uid: z.string().nullish(),
  summary: z.string().nullish(),
  status: z.string().nullish(),
  description: z.string().nullish(),
  /** A date, or a time with the home's offset. */
  due: z.string().nullish(),
});
const answerSchema = z.looseObject({ items: z.array(itemSchema) });

export type TodoItem = z.infer<typeof itemSchema>;

/** In the list's own order, completed ones included. Source: HA `todo/item/list`. @throws Fault SERVICE_CALL_FAILED "Entity not found" */
export async function listTodoItems(
  home: Home,
  entityId: string,
  options: CallOptions = {},
): Promise<readonly TodoItem[]> {
  const command = { type: 'todo/item/list', entity_id: entityId };
  return answerSchema.parse(await home.send(command, { ...options, isWrite: false })).items;
}

/** True once the list is as wanted, now or by a push; false as waitForPush says. Source: HA `todo/item/subscribe`. */
export function waitForTodoItems(
  home: Home,
  entityId: string,
  isWanted: (items: readonly TodoItem[]) => boolean,
  options: WaitOptions,
): Promise<boolean> {
  const { signal } = options;
  const look = async () => isWanted(await listTodoItems(home, entityId, signal ? { signal } : {}));
  return waitForPush(home, { type: 'todo/item/subscribe', entity_id: entityId }, look, options);
}
