import type { EntityState } from '@hub/ha/records.ts';
import type { View } from '@hub/ha/view.ts';
import { waitForEntity } from '@hub/ha/wait-for.ts';
import type { ConfigKind } from './config-kinds.ts';
import { findById, isStateOf, type ResolvedItem } from './config-resolve.ts';

export const DEADLINE_MS = 10_000;

/** Home Assistant shows the item itself, not what the registry remembers of one that left. */
export function isLoaded(state: EntityState | undefined): boolean {
  return state !== undefined && state.attributes['restored'] !== true;
}

/** The entities of a kind that are there now. */
export async function loadedIds(home: View, kind: ConfigKind): Promise<ReadonlySet<string>> {
  const states = [...(await home.states()).values()];
  return new Set(states.filter((state) => isOfKind(kind, state) && isLoaded(state)).map((state) => state.entity_id));
}

/**
 * The entity that shows an item was taken up: a new one appears; a changed one is taken out and put back by the reload,
 * which moves `last_changed`. Undefined when that did not show in 10 s. `already` is what was there before the write.
 */
export async function waitForLoaded(
  home: View,
  kind: ConfigKind,
  item: ResolvedItem,
  already: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<EntityState | undefined> {
  if (kind.kind === 'script' && item.entityId === undefined)
    return await waitForNewScript(home, kind, item.id, already, signal);
  const since = isLoaded(item.state) ? item.state?.last_changed : undefined;
  const isProof = (now: EntityState) =>
    (now.entity_id === item.entityId || isStateOf(kind, item.id, now)) && isLoaded(now) && now.last_changed !== since;
  return await waitForEntity(home, isProof, { deadlineMs: DEADLINE_MS, signal });
}

/** A script's state does not carry its key, and one that was there before comes back under the entity id it was renamed to. */
async function waitForNewScript(
  home: View,
  kind: ConfigKind,
  id: string,
  already: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<EntityState | undefined> {
  const endsAt = performance.now() + DEADLINE_MS;
  const others = new Set(already);
  while (true) {
    const isNew = (now: EntityState) => isOfKind(kind, now) && isLoaded(now) && !others.has(now.entity_id);
    const state = await waitForEntity(home, isNew, { deadlineMs: Math.max(0, endsAt - performance.now()), signal });
    if (!state || (await findById(home, kind, id))?.entityId === state.entity_id) return state;
    others.add(state.entity_id);
  }
}

function isOfKind(kind: ConfigKind, { entity_id: entityId }: EntityState): boolean {
  return entityId.startsWith(`${kind.kind}.`);
}
