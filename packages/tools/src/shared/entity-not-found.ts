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

/** The same as a word beside an answer that has other things to say. */
export function notThere(entityId: string, known: Iterable<string>): string {
  const near = nearestIds(entityId, known).slice(0, 3);
  return `There is no entity ${entityId} in this home.${near.length > 0 ? ` Did you mean ${near.join(', ')}?` : ''}`;
}

/**
 * Ids that look most like `wanted`, best first: by the share of letter pairs they have in common (Dice). Counted in arrays, which is
 * some fifteen times as fast as in sets: a home may have 6,000 ids, a call a hundred wrong ones, and every other home waits meanwhile.
 */
export function nearestIds(wanted: string, known: Iterable<string>): string[] {
  const isWanted = new Uint8Array(PAIRS);
  const countedFor = new Uint32Array(PAIRS);
  let wantedCount = 0;
  for (const pair of pairsOf(wanted.toLowerCase())) {
    if (!isWanted[pair]) wantedCount++;
    isWanted[pair] = 1;
  }
  const scored: [number, string][] = [];
  let turn = 0;
  for (const id of known) {
    turn++;
    let own = 0;
    let shared = 0;
    for (let at = 0; at < id.length - 1; at++) {
      const pair = pairAt(id, at);
      if (countedFor[pair] === turn) continue;
      countedFor[pair] = turn;
      own++;
      shared += isWanted[pair] ?? 0;
    }
    const likeness = (2 * shared) / (wantedCount + own);
    if (likeness > 0.4) scored.push([likeness, id]);
  }
  return scored
    .sort(([a, x], [b, y]) => b - a || (x < y ? -1 : 1))
    .slice(0, MAX_SUGGESTED)
    .map(([, id]) => id);
}

const PAIRS = 65_536;

/** Two letters as one number; ids are ASCII, so a letter beyond it may stand for another one. */
function pairAt(text: string, at: number): number {
  return ((text.charCodeAt(at) & 0xff) << 8) | (text.charCodeAt(at + 1) & 0xff);
}

function pairsOf(text: string): number[] {
  return Array.from({ length: Math.max(0, text.length - 1) }, (_, at) => pairAt(text, at));
}
