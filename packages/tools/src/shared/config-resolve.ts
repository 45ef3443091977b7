import { Fault } from '@hub/core/fault.ts';
import type { EntityState } from '@hub/ha/records.ts';
import type { View } from '@hub/ha/view.ts';
import type { ConfigKind } from './config-kinds.ts';

export interface ResolvedItem {
  /** The key of the item in Home Assistant's configuration files. */
  readonly id: string;
  readonly entityId: string | undefined;
  /** Of its registry entry, when it has one. */
  readonly platform: string | undefined;
  readonly state: EntityState | undefined;
}

/**
 * Finds what an identifier means: a stored id, an entity id, or an entity id without its domain, in this order.
 * One that means nothing yet is taken as the id of an item to be.
 * @throws Fault VALIDATION_INVALID_PARAMETER for an empty one or an entity of another domain
 */
export async function resolveItem(home: View, kind: ConfigKind, identifier: string): Promise<ResolvedItem> {
  const given = identifier.trim();
  if (given === '') throw invalid(kind, identifier, 'is empty', 'Name one; ha_search lists them.');
  if (given.includes('..')) throw invalid(kind, identifier, 'is no id: it holds ..', 'Look it up with ha_search.');
  const [domain, objectId] = splitEntityId(given);
  if (domain !== undefined && domain !== kind.kind && (await home.states()).has(given))
    throw invalid(kind, identifier, `is no ${kind.kind}`, `Name an entity id that starts with ${kind.kind}.`);
  const isEntityId = domain === kind.kind;
  const byId = isEntityId ? undefined : await findById(home, kind, given);
  return (
    byId ??
    (await findByEntity(home, kind, isEntityId ? given : `${kind.kind}.${given}`)) ??
    notYet(isEntityId && objectId ? objectId : given)
  );
}

/** The entity of the item stored under `id`, if Home Assistant has loaded it. */
export async function findById(home: View, kind: ConfigKind, id: string): Promise<ResolvedItem | undefined> {
  const [entries, states] = await Promise.all([home.entities(), home.states()]);
  for (const entry of entries.values()) {
    if (entry.unique_id === id && entry.platform === kind.platform && entry.entity_id.startsWith(`${kind.kind}.`))
      return { id, entityId: entry.entity_id, platform: entry.platform, state: states.get(entry.entity_id) };
  }
  for (const state of states.values()) {
    // A script under another entity id has another's name: its entry tells whose it is.
    const isAnothers = kind.kind === 'script' && entries.has(state.entity_id);
    if (!isAnothers && isStateOf(kind, id, state)) return { id, entityId: state.entity_id, platform: undefined, state };
  }
  return undefined;
}

/** Automations and scenes carry their id as an attribute; a script without a registry entry is named by its own. */
export function isStateOf(kind: ConfigKind, id: string, state: EntityState): boolean {
  if (!state.entity_id.startsWith(`${kind.kind}.`)) return false;
  return kind.kind === 'script' ? state.entity_id === `script.${id}` : state.attributes['id'] === id;
}

async function findByEntity(home: View, kind: ConfigKind, entityId: string): Promise<ResolvedItem | undefined> {
  const [entries, states] = await Promise.all([home.entities(), home.states()]);
  const entry = entries.get(entityId);
  const state = states.get(entityId);
  if (!entry && !state) return undefined;
  const attribute = state?.attributes['id'];
  const id = entry?.unique_id ?? (typeof attribute === 'string' ? attribute : entityId.slice(kind.kind.length + 1));
  return { id, entityId, platform: entry?.platform, state };
}

/** An item that is to be made. */
export function notYet(id: string): ResolvedItem {
  return { id, entityId: undefined, platform: undefined, state: undefined };
}

function splitEntityId(text: string): [string | undefined, string | undefined] {
  const match = /^([a-z_]+)\.([a-z0-9_]+)$/.exec(text);
  return [match?.[1], match?.[2]];
}

function invalid(kind: ConfigKind, value: string, why: string, suggestion: string): Fault {
  return new Fault('VALIDATION_INVALID_PARAMETER', `\`${kind.parameter}\`: '${value}' ${why}.`, {
    suggestion,
    context: { parameter: kind.parameter, value },
  });
}
