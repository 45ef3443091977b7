import { z } from 'zod';
import type { EntityState } from './records.ts';

type Context = EntityState['context'];

const contextSchema = z.union([
  z.string(),
  z.looseObject({ id: z.string().optional(), parent_id: z.string().nullish(), user_id: z.string().nullish() }),
]);
const stateSchema = z.object({
  s: z.string().optional(),
  a: z.record(z.string(), z.unknown()).optional(),
  c: contextSchema.optional(),
  lc: z.number().optional(),
  lu: z.number().optional(),
});
const diffSchema = z.object({
  '+': stateSchema.optional(),
  '-': z.object({ a: z.array(z.string()).optional() }).optional(),
});

/** One event of `subscribe_entities`. Source: HA `websocket_api/messages.py`. */
export const entitiesEventSchema = z.object({
  a: z.record(z.string(), stateSchema).optional(),
  c: z.record(z.string(), diffSchema).optional(),
  r: z.array(z.string()).optional(),
});

export type CompressedState = z.infer<typeof stateSchema>;
export type CompressedDiff = z.infer<typeof diffSchema>;

/** `lu` is left out when it equals `lc`; times are float seconds. */
export function expandState(entityId: string, { s = '', a = {}, c, lc, lu }: CompressedState): EntityState {
  const changed = iso(lc ?? lu ?? 0);
  return {
    entity_id: entityId,
    state: s,
    attributes: a,
    last_changed: changed,
    last_updated: lu === undefined ? changed : iso(lu),
    context: mergeContext(undefined, c),
  };
}

/** A new record; the old one stays as it was for whoever still reads it. */
export function applyDiff(old: EntityState, { '+': plus = {}, '-': minus }: CompressedDiff): EntityState {
  const attributes = plus.a || minus?.a ? { ...old.attributes, ...plus.a } : old.attributes;
  for (const key of minus?.a ?? []) delete (attributes as Record<string, unknown>)[key];
  const changed = plus.lc === undefined ? old.last_changed : iso(plus.lc);
  const updated = plus.lu === undefined ? (plus.lc === undefined ? old.last_updated : changed) : iso(plus.lu);
  return {
    entity_id: old.entity_id,
    state: plus.s ?? old.state,
    attributes,
    last_changed: changed,
    last_updated: updated,
    context: mergeContext(old.context, plus.c),
  };
}

function mergeContext(old: Context | undefined, given: CompressedState['c']): Context {
  if (typeof given === 'string') return { id: given, parent_id: null, user_id: null };
  return {
    id: given?.id ?? old?.id ?? '',
    parent_id: given?.parent_id === undefined ? (old?.parent_id ?? null) : given.parent_id,
    user_id: given?.user_id === undefined ? (old?.user_id ?? null) : given.user_id,
  };
}

function iso(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().replace('Z', '+00:00');
}
