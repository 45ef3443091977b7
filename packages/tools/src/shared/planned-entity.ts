import { z } from 'zod';
import { withChanges } from './with-changes.ts';

const rowSchema = z.looseObject({ categories: z.record(z.string(), z.unknown()).catch({}) }).catch({ categories: {} });

/** A registry entry as an update would leave it: categories are merged, and null takes one away. */
export function plannedEntity(
  before: unknown,
  { new_entity_id: newId, categories, ...changes }: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const merged = Object.entries({
    ...rowSchema.parse(before).categories,
    ...rowSchema.parse({ categories }).categories,
  });
  return withChanges(before, {
    ...changes,
    ...(typeof newId === 'string' ? { entity_id: newId } : {}),
    categories: Object.fromEntries(merged.filter(([, category]) => category !== null)),
  });
}
