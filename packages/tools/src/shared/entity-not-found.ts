import { Fault } from '@hub/core/fault.ts';

const MAX_SUGGESTED = 5;

/** ENTITY_NOT_FOUND with the ids that look most like the wanted one. */
export function entityNotFound(entityId: string, known: Iterable<string>): Fault {
  const near = nearestIds(entityId, known);
  return new Fault('ENTITY_NOT_FOUND', `There is no entity ${entityId} in this home.`, {
    suggestion: [
      near.length > 0 ? `Did you mean ${near.join(', ')}?` : 'Look it up with ha_search.',
      'Entity ids look like light.kitchen.',
    ],
    context: { entity_id: entityId },
  });
}

/** Ids that share the most words with `wanted`, best first. */
export function nearestIds(wanted: string, known: Iterable<string>): string[] {
  const words = wanted
    .toLowerCase()
    .split(/[._\s]+/)
    .filter((word) => word.length > 1);
  const scored: [number, string][] = [];
  for (const id of known) {
    const score = words.reduce((sum, word) => sum + (id.includes(word) ? word.length : 0), 0);
    if (score > 2) scored.push([score, id]);
  }
  return scored
    .sort(([a, x], [b, y]) => b - a || (x < y ? -1 : 1))
    .slice(0, MAX_SUGGESTED)
    .map(([, id]) => id);
}
