import type { ItemRef } from '../define.ts';
import { type ItemContext, isSameItem } from './applier.ts';
import { applierOf } from './appliers.ts';

/** Whether an item stands as a change left it; false for one that has gone, and for kinds that nothing here reads. */
export async function isItemAsLeft(context: ItemContext, { kind, id }: ItemRef, after: unknown): Promise<boolean> {
  const applier = applierOf(kind);
  return applier !== undefined && isSameItem(applier, await applier.read(context, id, after), after);
}
