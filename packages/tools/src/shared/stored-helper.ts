import {
  createHelper,
  deleteHelper,
  type HelperItem,
  type HelperKind,
  listHelpers,
  updateHelper,
} from '@hub/ha/helpers.ts';
import type { EntityState } from '@hub/ha/records.ts';
import type { View } from '@hub/ha/view.ts';
import { waitForEntity } from '@hub/ha/wait-for.ts';
import { z } from 'zod';
import type { ItemRef, ToolContext } from '../define.ts';
import { asListed } from './as-listed.ts';
import { withChanges } from './with-changes.ts';

export interface StoredHelper {
  readonly item: HelperItem;
  /** Undefined while Home Assistant has not made it, or when the connector may not see it. */
  readonly entityId: string | undefined;
}

const itemShape = z.looseObject({ id: z.string() });

type Fields = Readonly<Record<string, unknown>>;

/** How long a write waits for the entity that shows it. */
export const ENTITY_WAIT_MS = 10_000;

/** The name under which a helper's edits are kept. */
export function helperItem(kind: string, id: string): ItemRef {
  return { kind: kind === 'zone' ? kind : `helper_${kind}`, id };
}

/** The helper that a stored id or an entity id means; undefined when Home Assistant stores none such. @throws Fault */
export async function findHelper(
  { home, signal }: ToolContext,
  kind: HelperKind,
  given: string,
): Promise<StoredHelper | undefined> {
  const wanted = given.trim();
  const [items, entities] = await Promise.all([listHelpers(home, kind, { signal }), home.entities()]);
  const prefix = `${kind}.`;
  const id = wanted.startsWith(prefix) ? (entities.get(wanted)?.unique_id ?? wanted.slice(prefix.length)) : wanted;
  const item = items.find((one) => one.id === id);
  return item && { item, entityId: await helperEntityId(home, kind, item.id) };
}

/** Home Assistant files a stored helper's entity under the helper's kind and id. */
export async function helperEntityId(home: View, kind: HelperKind, id: string): Promise<string | undefined> {
  for (const entry of (await home.entities()).values())
    if (entry.platform === kind && entry.unique_id === id) return entry.entity_id;
  return undefined;
}

/**
 * Makes a helper and keeps it as an edit. A lost answer is settled by looking for a newcomer with the same fields.
 * @throws Fault VALIDATION_FAILED with Home Assistant's own words
 */
export async function makeHelper(
  { home, edits, signal }: ToolContext,
  kind: HelperKind,
  fields: Fields,
): Promise<HelperItem> {
  const known = new Set((await listHelpers(home, kind, { signal })).map((item) => item.id));
  let id: string | undefined;
  const isOurs = (item: HelperItem) =>
    id === undefined ? !known.has(item.id) && item['name'] === fields['name'] : item.id === id;
  const { after } = await edits.change({
    item: helperItem(kind, String(fields['tag_id'] ?? fields['name'])),
    read: async () => (await listHelpers(home, kind, { signal })).find(isOurs),
    async write() {
      id = (await createHelper(home, kind, fields, { signal })).id;
    },
    idOf: (item) => itemShape.safeParse(item).data?.id,
    plan: () => fields,
  });
  return asListed(itemShape, after, kind);
}

/** Changes the given fields and leaves the rest, kept as an edit; undefined takes a field away. @throws Fault */
export async function changeHelper(
  { home, edits, signal }: ToolContext,
  kind: HelperKind,
  id: string,
  changes: Fields,
): Promise<HelperItem> {
  const { after } = await edits.change({
    item: helperItem(kind, id),
    read: async () => (await listHelpers(home, kind, { signal })).find((item) => item.id === id),
    async write() {
      await updateHelper(home, kind, id, changes, { signal });
    },
    plan: (before) => withChanges(before, changes),
  });
  return asListed(itemShape, after, kind);
}

/** @throws Fault RESOURCE_NOT_FOUND */
export async function dropHelper({ home, edits, signal }: ToolContext, kind: HelperKind, id: string): Promise<void> {
  await edits.change({
    item: helperItem(kind, id),
    read: async () => (await listHelpers(home, kind, { signal })).find((item) => item.id === id),
    async write() {
      await deleteHelper(home, kind, id, { signal });
    },
    plan: () => undefined,
  });
}

/** The helper's entity once it has a state, by event; undefined when that did not show in 10 s. */
export async function waitForHelperEntity(
  { home, signal }: ToolContext,
  kind: HelperKind,
  id: string,
): Promise<EntityState | undefined> {
  const until = performance.now() + ENTITY_WAIT_MS;
  const looked = new Set<string>();
  for (;;) {
    const entityId = await helperEntityId(home, kind, id);
    const leftMs = Math.max(0, until - performance.now());
    // Its registry entry comes before its state, so a state not yet looked at may be the one.
    const isNews = (state: EntityState) =>
      entityId === undefined
        ? state.entity_id.startsWith(`${kind}.`) && !looked.has(state.entity_id)
        : state.entity_id === entityId;
    const state = await waitForEntity(home, isNews, { deadlineMs: leftMs, signal });
    if (!state || entityId !== undefined) return state;
    looked.add(state.entity_id);
  }
}
