import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import { defineTool, type EditRecord, type ToolContext } from '../define.ts';
import { successShape } from '../shared/parameters.ts';
import { applierOf } from './appliers.ts';
import { findEdit } from './edit-names.ts';
import {
  type Chain,
  chainsOf,
  changedSince,
  revert,
  revertDiff,
  type Standing,
  standingOf,
  type WholeEdit,
} from './revert.ts';

const PAGE = 100;
/** How many calls back it looks for one that still has an effect. */
const MAX_CALLS = 20;
const MAX_DIFF = 12_000;

const changeShape = z.strictObject({
  edit_ids: z.array(z.string()),
  kind: z.string(),
  item_id: z.string(),
  /** What undoing it does to the item. */
  undo: z.enum(['remove', 'bring_back', 'change_back', 'none']),
  state: z.enum(['ready', 'already', 'changed', 'stuck']),
  reason: z.string().optional(),
  /** From how it is now to how it would be. */
  diff: z.string(),
  diff_truncated: z.boolean().optional(),
});

export const tool = defineTool({
  name: 'ha_undo',
  title: 'Undo a Change',
  docs: "Takes back this connector's last configuration change (all items of that call), or the one named by edit_id. Without confirm it only shows the diff. Refused when an item was changed since. An undo is a change itself and can be undone by its edit_id. For older versions, or other people's changes, use ha_manage_backup with scope edits.",
  tags: ['System'],
  scope: 'home',
  effect: { lowest: 'read', max: 'configure', of: ({ confirm }) => (confirm ? 'configure' : 'read') },
  input: z.strictObject({
    edit_id: z.string().optional().describe('one kept edit; leave out for the last change'),
    confirm: z.boolean().default(false).describe('true: undo it; false: show what would happen'),
  }),
  output: z.strictObject({
    ...successShape,
    preview: z.boolean(),
    can_undo: z.boolean().optional(),
    call: z.strictObject({ tool: z.string(), at: z.string() }),
    changes: z.array(changeShape),
    undone: z.array(z.strictObject({ edit_id: z.string(), kind: z.string(), item_id: z.string() })).optional(),
    message: z.string(),
    partial: z.literal(true).optional(),
  }),
  items: ({ edit_id: id }) => (id === undefined ? [] : [{ kind: 'edit', id }]),
  async run({ edit_id: editId, confirm }, context) {
    const found = editId === undefined ? await lastChange(context) : await named(context, editId);
    const changes = found.map(({ chain, standing }) => changeOf(chain, standing));
    const first = found.at(-1)?.chain.edits[0];
    const call = { tool: first?.tool ?? '', at: first?.createdAt.toISOString() ?? '' };
    const blocked = found.find(({ standing }) => standing.is === 'changed' || standing.is === 'stuck');
    const isSomething = found.some(({ standing }) => standing.is === 'ready');
    if (!confirm) {
      return {
        ...{ success: true as const, preview: true, can_undo: !blocked && isSomething, call, changes },
        message: previewMessage(isSomething, blocked !== undefined, editId),
      };
    }
    if (blocked) throw refusal(blocked.chain, blocked.standing);
    const { undone, warnings, isPartial } = await undoAll(found, context);
    return {
      ...{ success: true as const, preview: false, call, changes, undone },
      message: isSomething ? `Undid what ${call.tool} did.` : 'It is undone already; nothing was changed.',
      ...(warnings.length > 0 ? { warnings } : {}),
      ...(isPartial ? { partial: true as const } : {}),
    };
  },
});

interface Found {
  readonly chain: Chain;
  readonly standing: Standing;
}

/** The newest call of this connector that still has an effect; undoing goes further back each time. */
async function lastChange(context: ToolContext): Promise<readonly Found[]> {
  const seen = new Set<string>();
  let olderThanId: string | undefined;
  let newest: readonly Found[] | undefined;
  for (;;) {
    const page = await context.edits.list({ isOwn: true, olderThanId, limit: PAGE });
    for (const { tool: by, callId } of page) {
      if (by === 'ha_undo' || seen.has(callId) || seen.size >= MAX_CALLS) continue;
      seen.add(callId);
      const found = await standings(context, await wholeCall(context, callId));
      if (found.some(({ standing }) => standing.is !== 'already')) return found;
      newest ??= found;
    }
    olderThanId = page.at(-1)?.id;
    if (page.length < PAGE || seen.size >= MAX_CALLS) break;
  }
  if (newest?.length) return newest;
  throw new Fault('RESOURCE_NOT_FOUND', 'This connector has made no change to this home that is kept.', {
    suggestion: "ha_manage_backup with scope 'edits' and action 'list' shows what others changed.",
  });
}

async function wholeCall({ edits }: ToolContext, callId: string): Promise<readonly WholeEdit[]> {
  const records = await edits.list({ callId, isOwn: true, limit: 1_000 });
  return whole(records.filter(hasEffect), edits);
}

async function whole(records: readonly EditRecord[], edits: ToolContext['edits']): Promise<readonly WholeEdit[]> {
  const read = await Promise.all(records.map(({ id }) => edits.get(id)));
  return read.filter((edit) => edit !== undefined);
}

/** A failed write changed nothing; one not finished may have. */
function hasEffect({ state }: EditRecord): boolean {
  return state !== 'failed';
}

/** @throws Fault RESOURCE_NOT_FOUND; AUTH_INSUFFICIENT_PERMISSIONS for somebody else's */
async function named(context: ToolContext, given: string): Promise<readonly Found[]> {
  const edit = await findEdit(context.edits, given, 'edit_id');
  if (!edit.isOwn) {
    throw new Fault('AUTH_INSUFFICIENT_PERMISSIONS', '`edit_id`: that change was made by somebody else.', {
      suggestion: `To put the item back to before it: ha_manage_backup, scope 'edits', action 'restore', backup_name '${edit.id}'.`,
      context: { parameter: 'edit_id', edit_id: edit.id },
    });
  }
  if (!hasEffect(edit)) {
    throw new Fault('VALIDATION_INVALID_PARAMETER', '`edit_id`: that write failed, so there is nothing to undo.', {
      context: { parameter: 'edit_id', edit_id: edit.id },
    });
  }
  return standings(context, [edit]);
}

async function standings(context: ToolContext, edits: readonly WholeEdit[]): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const chain of chainsOf(edits)) found.push({ chain, standing: await standingOf(context, chain) });
  return found;
}

function changeOf(chain: Chain, standing: Standing): z.infer<typeof changeShape> {
  const { item, before, edits } = chain;
  const { is, now, reason } = standing;
  const diff = revertDiff(chain, standing);
  const undo = before === undefined ? 'remove' : now === undefined ? 'bring_back' : 'change_back';
  return {
    edit_ids: edits.map(({ id }) => id),
    ...{ kind: item.kind, item_id: item.id, undo: is === 'already' ? 'none' : undo, state: is },
    ...(reason === undefined ? {} : { reason }),
    diff: diff.slice(0, MAX_DIFF),
    ...(diff.length > MAX_DIFF ? { diff_truncated: true } : {}),
  };
}

function previewMessage(isSomething: boolean, isBlocked: boolean, editId: string | undefined): string {
  if (isBlocked) return 'This cannot be undone as it stands; state and reason of each item say why.';
  if (!isSomething) return 'It is undone already.';
  return `Nothing was changed yet. To undo it, call again with confirm true${editId === undefined ? '' : ' and the same edit_id'}.`;
}

function refusal({ item, edits }: Chain, { is, now, reason }: Standing): Fault {
  if (is === 'changed') return changedSince(applierOf(item.kind), item, now);
  return new Fault('VALIDATION_FAILED', `${item.kind} ${item.id} cannot be undone: ${reason}`, {
    suggestion: 'Nothing was undone. Tell the user what is in the way; the diff shows what the item was before.',
    context: { kind: item.kind, item_id: item.id, edit_ids: edits.map(({ id }) => id) },
  });
}

async function undoAll(found: readonly Found[], context: ToolContext) {
  const undone: { edit_id: string; kind: string; item_id: string }[] = [];
  const warnings: string[] = [];
  let isPartial = false;
  for (const { chain, standing } of found) {
    if (standing.is !== 'ready') continue;
    context.progress(undone.length, found.length, `${chain.item.kind} ${chain.item.id}`);
    const done = await revert(context, chain.item, chain.before, standing.now);
    undone.push({ edit_id: done.editId, kind: done.item.kind, item_id: done.item.id });
    warnings.push(...done.warnings);
    isPartial ||= done.isPartial;
  }
  return { undone, warnings, isPartial };
}
