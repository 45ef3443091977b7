import { canonicalJson } from '@hub/core/canonical-json.ts';
import { Fault } from '@hub/core/fault.ts';
import { itemDiff } from '@hub/core/item-diff.ts';
import type { EditRecord, ItemRef, ToolContext } from '../define.ts';
import { type Applier, type ItemContext, isSameItem, itemHash } from './applier.ts';
import { applierOf, refusalOf } from './appliers.ts';

export type WholeEdit = EditRecord & { readonly before: unknown; readonly after: unknown };

/** One item's way through one or more edits that followed each other. */
export interface Chain {
  readonly item: ItemRef;
  readonly edits: readonly WholeEdit[];
  readonly before: unknown;
  readonly after: unknown;
}

/** already: as it was before, or the edits changed nothing · changed: not as the edits left it · stuck: cannot be written back. */
export interface Standing {
  readonly is: 'ready' | 'already' | 'changed' | 'stuck';
  readonly now: unknown;
  readonly reason?: string;
}

/** Edits of one call put together per item, in the order in which to take them back: the last first. */
export function chainsOf(edits: readonly WholeEdit[]): readonly Chain[] {
  const chains: Chain[] = [];
  for (const edit of [...edits].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const at = chains.findIndex(
      ({ item, after }) =>
        item.kind === edit.item.kind &&
        after !== undefined &&
        canonicalJson(after) === canonicalJson(edit.before ?? null),
    );
    const earlier = chains[at];
    const { item, before, after: left } = edit;
    if (at >= 0) chains.splice(at, 1);
    chains.push({
      item,
      before: earlier ? earlier.before : before,
      after: left,
      edits: [...(earlier?.edits ?? []), edit],
    });
  }
  return chains.reverse();
}

/** How the item stands to what the edits did to it. */
export async function standingOf(context: ItemContext, chain: Chain): Promise<Standing> {
  const { item, before, after: left } = chain;
  const applier = applierOf(item.kind);
  if (!applier) return { is: 'stuck', now: undefined, reason: refusalOf(item.kind) };
  const now = await applier.read(context, item.id, left ?? before);
  if (isSameItem(applier, now, before)) return { is: 'already', now };
  const reason = applier.obstacle?.(before, now, left);
  if (reason !== undefined) return { is: 'stuck', now, reason };
  if (chain.edits.some(({ state }) => state !== 'done'))
    return { is: 'changed', now, reason: 'how the write ended was never learnt.' };
  return isSameItem(applier, now, left) ? { is: 'ready', now } : { is: 'changed', now };
}

/** From how the item is to how it was before the edits; empty when it is that already. */
export function revertDiff({ item, before }: Chain, { is, now }: Standing): string {
  const essence = applierOf(item.kind)?.essence ?? ((one: unknown) => one);
  return is === 'already' ? '' : itemDiff(essence(now), essence(before));
}

export interface Reverted {
  readonly editId: string;
  readonly item: ItemRef;
  readonly warnings: readonly string[];
  /** It was written, and is not what was wanted. */
  readonly isPartial: boolean;
}

export type RevertContext = Pick<ToolContext, 'home' | 'signal' | 'edits'>;

/**
 * Makes an item `wanted` again, kept as an edit of its own: that is the copy of how it was just before.
 * @throws Fault SERVICE_CALL_FAILED when it is not `now` any more; RESOURCE_NOT_FOUND for a kind nobody can write
 */
export async function revert(context: RevertContext, item: ItemRef, wanted: unknown, now: unknown): Promise<Reverted> {
  const applier = applierOf(item.kind);
  if (!applier) throw new Fault('VALIDATION_INVALID_PARAMETER', refusalOf(item.kind));
  let id = item.id;
  let isSent = false;
  let warnings: readonly string[] = [];
  const { editId, after: became } = await context.edits.change({
    item,
    read: () => applier.read(context, id, isSent ? (wanted ?? now) : now),
    async write(found) {
      if (!isSameItem(applier, found, now)) throw changedSince(applier, item, found);
      isSent = true;
      const applied = await applier.write(context, id, wanted, found);
      id = applied.id ?? id;
      warnings = applied.warnings ?? [];
    },
    plan: () => wanted,
    idOf: () => id,
  });
  const isPartial = !isSameItem(applier, became, wanted);
  const unlike = isPartial ? [`${item.kind} ${id} was written, but is not in every part what it was before.`] : [];
  return { editId, item: { kind: item.kind, id }, warnings: [...warnings, ...unlike], isPartial };
}

export function changedSince(applier: Applier | undefined, item: ItemRef, now: unknown): Fault {
  return new Fault('SERVICE_CALL_FAILED', `Conflict: ${item.kind} ${item.id} was modified since that change.`, {
    suggestion: [
      'Nothing was undone: it would take away what somebody did after it.',
      "To have the earlier item all the same, restore it with ha_manage_backup, scope 'edits'.",
    ],
    context: { kind: item.kind, item_id: item.id, current_config_hash: applier ? itemHash(applier, now) : null },
  });
}
