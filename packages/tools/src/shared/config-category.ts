import { Fault } from '@hub/core/fault.ts';
import { readEntity, updateEntity } from '@hub/ha/registries.ts';
import type { View } from '@hub/ha/view.ts';
import { z } from 'zod';
import type { EditsPort } from '../define.ts';
import type { ConfigKind } from './config-kinds.ts';
import { plannedEntity } from './planned-entity.ts';

const MAX_LISTED = 20;
const categoryList = z.array(z.object({ category_id: z.string(), name: z.string() }));

/** The category an entity is filed under in the list of its kind. */
export async function categoryOf(
  home: View,
  kind: ConfigKind,
  entityId: string | undefined,
): Promise<string | undefined> {
  return entityId === undefined ? undefined : (await home.entities()).get(entityId)?.categories[kind.kind];
}

/**
 * The id of a category given by id or name; null for '', which takes the category away.
 * @throws Fault VALIDATION_INVALID_PARAMETER with the categories there are
 */
export async function categoryId(home: View, kind: ConfigKind, given: string): Promise<string | null> {
  if (given.trim() === '') return null;
  const known = categoryList.parse(await home.send({ type: 'config/category_registry/list', scope: kind.kind }));
  const wanted = given.trim().toLowerCase();
  const found =
    known.find((one) => one.category_id === given) ?? known.find((one) => one.name.toLowerCase() === wanted);
  if (found) return found.category_id;
  throw new Fault('VALIDATION_INVALID_PARAMETER', `\`category\`: there is no ${kind.kind} category '${given}'.`, {
    suggestion: 'Name one of the available categories, or make it in Home Assistant first.',
    context: { parameter: 'category', value: given, available_categories: known.slice(0, MAX_LISTED) },
  });
}

/** Files an entity under a category; nothing is sent when it is there already. */
export async function setCategory(
  home: View,
  edits: EditsPort,
  kind: ConfigKind,
  entityId: string,
  category: string | null,
): Promise<void> {
  const read = () => readEntity(home, entityId);
  if (((await read()).categories[kind.kind] ?? null) === category) return;
  const changes = { categories: { [kind.kind]: category } };
  await edits.change({
    item: { kind: 'entity', id: entityId },
    read,
    async write() {
      await updateEntity(home, entityId, changes);
    },
    plan: (before) => plannedEntity(before, changes),
  });
}
