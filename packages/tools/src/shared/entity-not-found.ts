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

/** Ids that look most like `wanted`, best first: by the share of letter pairs they have in common (Dice). */
export function nearestIds(wanted: string, known: Iterable<string>): string[] {
  const pairs = pairsOf(wanted.toLowerCase());
  const scored: [number, string][] = [];
  for (const id of known) {
    const own = pairsOf(id);
    let shared = 0;
    for (const pair of pairs) if (own.has(pair)) shared++;
    const likeness = (2 * shared) / (pairs.size + own.size);
    if (likeness > 0.4) scored.push([likeness, id]);
  }
  return scored
    .sort(([a, x], [b, y]) => b - a || (x < y ? -1 : 1))
    .slice(0, MAX_SUGGESTED)
    .map(([, id]) => id);
}

function pairsOf(text: string): Set<string> {
  const pairs = new Set<string>();
  for (let at = 0; at < text.length - 1; at++) pairs.add(text.slice(at, at + 2));
  return pairs;
}
