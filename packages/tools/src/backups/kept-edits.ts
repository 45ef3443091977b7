import { Fault } from '@hub/core/fault.ts';
import { itemDiff } from '@hub/core/item-diff.ts';
import type { EditRecord, ToolContext } from '../define.ts';
import { isSameItem } from '../undo/applier.ts';
import { applierOf, refusalOf } from '../undo/appliers.ts';
import { domainOf, findEdit, kindsOf, nameOfEdit, stampOf } from '../undo/edit-names.ts';
import { revert, type WholeEdit } from '../undo/revert.ts';

const DAY_MS = 86_400_000;
const MAX_DIFF = 20_000;
const MAX_DELETED = 10_000;

export interface KeptQuery {
  readonly domain?: string | undefined;
  readonly entity_id?: string | undefined;
  readonly backup_name?: string | undefined;
  readonly older_than_days?: number | undefined;
  readonly limit: number;
}

/** Items as they were before a change, newest first. What a change made anew has no earlier item; ha_undo takes that back. */
export async function listKept(context: ToolContext, query: KeptQuery) {
  const found = await select(context, query);
  const backups = found.map((edit) => ({
    name: nameOfEdit(edit),
    domain: domainOf(edit.item.kind),
    entity_id: edit.item.id,
    timestamp: stampOf(edit.createdAt),
    size: edit.beforeBytes,
    mtime: edit.createdAt.getTime() / 1000,
    ...{ edit_id: edit.id, tool: edit.tool, change: changeOf(edit), own: edit.isOwn },
  }));
  const where = { backup_dir: 'kept by the hub', enabled: true, throttle_minutes: 0, retain_per_entity: null };
  return { success: true as const, data: { backups, count: backups.length, ...where } };
}

/** @throws Fault RESOURCE_NOT_FOUND */
export async function viewKept(context: ToolContext, query: KeptQuery) {
  const edit = await named(context, query, 'view');
  return {
    success: true as const,
    data: {
      ...{ schema_version: 1, name: nameOfEdit(edit), domain: domainOf(edit.item.kind), entity_id: edit.item.id },
      ...{ captured: edit.createdAt.toISOString(), tool: edit.tool, edit_id: edit.id, config: edit.before },
    },
  };
}

/** From the item as it is now to the kept one: what restoring would do. */
export async function diffKept(context: ToolContext, query: KeptQuery) {
  const edit = await named(context, query, 'diff');
  const { applier, now } = await present(context, edit);
  const essence = applier.essence ?? ((item: unknown) => item);
  const diff = itemDiff(essence(now), essence(edit.before));
  return {
    success: true as const,
    data: {
      ...{
        kind: edit.item.kind,
        backup_name: nameOfEdit(edit),
        domain: domainOf(edit.item.kind),
        entity_id: edit.item.id,
      },
      ...{ captured_at: edit.createdAt.toISOString(), entity_missing: now === undefined },
      ...{ diff: diff.slice(0, MAX_DIFF), unchanged: diff === '', truncated: diff.length > MAX_DIFF },
    },
  };
}

/** Puts the item back to what it was, whatever it is now; that is kept as an edit first. @throws Fault */
export async function restoreKept(context: ToolContext, query: KeptQuery) {
  const edit = await named(context, query, 'restore');
  const { applier, now } = await present(context, edit);
  const what = {
    restored_from: nameOfEdit(edit),
    domain: domainOf(edit.item.kind),
    entity_id: edit.item.id,
  };
  if (isSameItem(applier, now, edit.before)) {
    return { success: true as const, data: { ...what, safety_backup: null, result: { operation: 'unchanged' } } };
  }
  const obstacle = applier.obstacle?.(edit.before, now, edit.after);
  if (obstacle !== undefined) throw stuck(edit, obstacle);
  const { editId, item, warnings, isPartial } = await revert(context, edit.item, edit.before, now);
  const made = now === undefined ? undefined : await context.edits.get(editId);
  return {
    success: true as const,
    data: {
      ...what,
      entity_id: item.id,
      safety_backup: made ? nameOfEdit(made) : null,
      result: { operation: now === undefined ? 'created' : 'updated', edit_id: editId },
    },
    ...(warnings.length > 0 ? { warnings: [...warnings] } : {}),
    ...(isPartial ? { partial: true as const } : {}),
  };
}

/** Forgets one by name, or all that are old enough. @throws Fault VALIDATION_INVALID_PARAMETER when neither is said */
export async function deleteKept(context: ToolContext, query: KeptQuery) {
  const { backup_name: name, older_than_days: days } = query;
  if (name === undefined && days === undefined)
    throw missing('delete', 'backup_name', 'or older_than_days, with domain and entity_id to narrow it');
  const found =
    name === undefined
      ? await select(context, { ...query, limit: MAX_DELETED })
      : [await findEdit(context.edits, name, 'backup_name')];
  const gone = new Set(await context.edits.remove(found.map(({ id }) => id)));
  const deleted = found.filter(({ id }) => gone.has(id)).map((edit) => nameOfEdit(edit));
  return { success: true as const, data: { deleted, count: deleted.length } };
}

async function select({ home, edits }: ToolContext, query: KeptQuery): Promise<readonly EditRecord[]> {
  const { domain, entity_id: given, older_than_days: days, limit } = query;
  const kinds = domain === undefined ? [undefined] : kindsOf(domain);
  const ids = given === undefined ? [undefined] : await itemIds(home, given.trim());
  const createdBefore = days === undefined ? undefined : new Date(Math.max(0, Date.now() - days * DAY_MS));
  const asked = kinds.flatMap((kind) => ids.map((itemId) => ({ kind, itemId })));
  const pages = await Promise.all(asked.map((one) => edits.list({ ...one, wasThere: true, createdBefore, limit })));
  const rows = pages.flat().filter(({ state }) => state !== 'failed');
  return rows.sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, limit);
}

/** An entity id may mean the item behind it, which has an id of its own. */
async function itemIds(home: ToolContext['home'], given: string): Promise<readonly string[]> {
  const entry = (await home.entities()).get(given);
  const objectId = /^[a-z_]+\.([a-z0-9_]+)$/.exec(given)?.[1];
  return [...new Set([given, ...(entry ? [entry.unique_id] : []), ...(objectId === undefined ? [] : [objectId])])];
}

async function named({ edits }: ToolContext, { backup_name: name }: KeptQuery, action: string): Promise<WholeEdit> {
  if (name === undefined || name.trim() === '') throw missing(action, 'backup_name', "from action 'list'");
  const edit = await findEdit(edits, name, 'backup_name');
  if (edit.wasThere) return edit;
  throw new Fault(
    'VALIDATION_INVALID_PARAMETER',
    '`backup_name`: that change made the item; before it there was none.',
    {
      suggestion: `To take it back use ha_undo with edit_id '${edit.id}'.`,
      context: { parameter: 'backup_name', scope: 'edits', action },
    },
  );
}

async function present(context: ToolContext, edit: WholeEdit) {
  const applier = applierOf(edit.item.kind);
  if (!applier) throw stuck(edit, refusalOf(edit.item.kind));
  return { applier, now: await applier.read(context, edit.item.id, edit.after ?? edit.before) };
}

function stuck({ item }: WholeEdit, reason: string): Fault {
  return new Fault('VALIDATION_FAILED', `${item.kind} ${item.id} cannot be restored: ${reason}`, {
    suggestion: "Nothing was changed. Action 'view' shows what it was.",
    context: { kind: item.kind, item_id: item.id },
  });
}

function missing(action: string, parameter: string, how: string): Fault {
  return new Fault(
    'VALIDATION_INVALID_PARAMETER',
    `\`${parameter}\` is required with scope 'edits' and action '${action}'.`,
    {
      suggestion: `Give ${parameter} ${how}.`,
      context: { parameter, scope: 'edits', action, missing_param: parameter },
    },
  );
}

function changeOf({ state, isThere }: EditRecord): 'changed' | 'removed' | 'unknown' {
  if (state !== 'done') return 'unknown';
  return isThere ? 'changed' : 'removed';
}
