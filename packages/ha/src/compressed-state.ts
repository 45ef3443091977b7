import type { EntityState } from './records.ts';
import { isRecord } from './selector.ts';

type Json = Readonly<Record<string, unknown>>;
type Context = EntityState['context'];

/** One event of `subscribe_entities`: entities that came (all of them, at first), that changed, that went. */
export interface EntitiesEvent {
  readonly added: Json;
  readonly changed: Json;
  readonly removed: readonly unknown[];
}

/**
 * Undefined for what is no such event. Checked by hand, as are the states below: a home of 6,000 entities comes in one event,
 * and no other home may wait for it. Source: HA `websocket_api/messages.py`.
 */
export function readEntitiesEvent(event: unknown): EntitiesEvent | undefined {
  if (!isRecord(event)) return undefined;
  const { a: added = {}, c: changed = {}, r: removed = [] } = event;
  return isRecord(added) && isRecord(changed) && Array.isArray(removed) ? { added, changed, removed } : undefined;
}

/** `lu` is left out when it equals `lc`; times are float seconds. */
export function expandState(entityId: string, compressed: unknown): EntityState | undefined {
  if (!isRecord(compressed) || typeof compressed['s'] !== 'string') return undefined;
  const { s, a, c, lc, lu } = compressed;
  const changed = iso(lc ?? lu) ?? iso(0) ?? '';
  return {
    entity_id: entityId,
    state: s,
    attributes: isRecord(a) ? a : {},
    last_changed: changed,
    last_updated: iso(lu) ?? changed,
    context: mergeContext(undefined, c),
  };
}

/** A new record; the old one stays as it was for whoever still reads it. */
export function applyDiff(old: EntityState, diff: unknown): EntityState {
  if (!isRecord(diff)) return old;
  const plus = isRecord(diff['+']) ? diff['+'] : {};
  const minus = isRecord(diff['-']) ? diff['-'] : {};
  const { s, a, c, lc, lu } = plus;
  const changed = iso(lc) ?? old.last_changed;
  return {
    entity_id: old.entity_id,
    state: typeof s === 'string' ? s : old.state,
    attributes: mergeAttributes(old.attributes, a, minus['a']),
    last_changed: changed,
    last_updated: iso(lu) ?? (lc === undefined ? old.last_updated : changed),
    context: mergeContext(old.context, c),
  };
}

function mergeAttributes(old: Json, added: unknown, removed: unknown): Json {
  const isSame = !isRecord(added) && !Array.isArray(removed);
  if (isSame) return old;
  const merged = isRecord(added) ? { ...old, ...added } : old;
  if (!Array.isArray(removed) || removed.length === 0) return merged;
  // Built anew and not deleted from, which would leave an object several times as large.
  return Object.fromEntries(Object.entries(merged).filter(([key]) => !removed.includes(key)));
}

function mergeContext(old: Context | undefined, given: unknown): Context {
  if (typeof given === 'string') return { id: given, parent_id: null, user_id: null };
  if (old && !isRecord(given)) return old;
  const { id, parent_id: parentId, user_id: userId } = isRecord(given) ? given : {};
  return {
    id: textOr(id, old?.id) ?? '',
    parent_id: textOr(parentId, old?.parent_id) ?? null,
    user_id: textOr(userId, old?.user_id) ?? null,
  };
}

/** Null is a value here, undefined is none. */
function textOr(given: unknown, old: string | null | undefined): string | null | undefined {
  return typeof given === 'string' || given === null ? given : old;
}

function iso(seconds: unknown): string | undefined {
  if (typeof seconds !== 'number' || Math.abs(seconds) > 8e12) return undefined;
  return new Date(seconds * 1_000).toISOString().replace('Z', '+00:00');
}
