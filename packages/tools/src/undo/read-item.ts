import type { ItemRef } from '../define.ts';
import type { ItemContext } from './applier.ts';
import { applierOf } from './appliers.ts';

/** An item as edits keep it, undefined when it is not there; `kept` is what the edit knows of it. @throws Fault as the home does not answer */
export async function readItem(context: ItemContext, { kind, id }: ItemRef, kept: unknown): Promise<unknown> {
  const applier = applierOf(kind);
  if (!applier) throw new Error(`nothing reads a ${kind} for its edit`);
  return await applier.read(context, id, kept);
}
