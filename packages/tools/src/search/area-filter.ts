import type { Area, Floor } from '@hub/ha/records.ts';
import { fold, partialSimilarity, similarity } from '@hub/ha/similarity.ts';

const CLOSE = 0.8;

export interface MatchedAreas {
  readonly areaIds: ReadonlySet<string>;
  readonly names: readonly string[];
  readonly warnings: readonly string[];
}

interface Named {
  readonly name: string;
  readonly aliases?: readonly string[];
}

/**
 * The areas a text means: one by id, name or alias; all on a floor called so; on the one floor spelled nearly so;
 * else every area whose name holds the text or nearly does. An area wins over a floor of the same name.
 */
export function matchAreas(
  given: string,
  areas: ReadonlyMap<string, Area>,
  floors: ReadonlyMap<string, Floor>,
): MatchedAreas {
  const wanted = fold(given.trim());
  const exactAreas = [...areas].filter(([id, area]) => spellings(id, area).includes(wanted)).map(([id]) => id);
  const exactFloors = [...floors].filter(([id, floor]) => spellings(id, floor).includes(wanted)).map(([id]) => id);
  if (exactAreas.length > 0) {
    const both = `'${given}' is an area and a floor; the area was taken.`;
    return matched(exactAreas, areas, exactFloors.length > 0 ? [both] : []);
  }
  if (exactFloors.length > 0) return onFloors(exactFloors, given, areas, floors, '');
  return closeOnes(given, wanted, areas, floors);
}

function closeOnes(
  given: string,
  wanted: string,
  areas: ReadonlyMap<string, Area>,
  floors: ReadonlyMap<string, Floor>,
): MatchedAreas {
  const [areaCloseness] = closest(wanted, areas);
  const [floorCloseness, closeFloors] = closest(wanted, floors);
  if (floorCloseness >= CLOSE && floorCloseness > areaCloseness) {
    if (closeFloors.length === 1)
      return onFloors(closeFloors, given, areas, floors, ' It was spelled a little otherwise.');
    const names = closeFloors.map((id) => floors.get(id)?.name ?? id).sort();
    return matched([], areas, [`'${given}' could be each of these floors: ${names.join(', ')}. Name one.`]);
  }
  const found = [...areas].filter(([id, area]) =>
    spellings(id, area).some((one) => partialSimilarity(wanted, one) >= CLOSE),
  );
  return matched(
    found.map(([id]) => id),
    areas,
    [],
  );
}

function onFloors(
  floorIds: readonly string[],
  given: string,
  areas: ReadonlyMap<string, Area>,
  floors: ReadonlyMap<string, Floor>,
  how: string,
): MatchedAreas {
  const found = [...areas].filter(([, { floor_id: id }]) => id !== null && floorIds.includes(id)).map(([id]) => id);
  const names = floorIds.map((id) => floors.get(id)?.name ?? id).join(', ');
  const warning = `'${given}' is a floor, not an area: expanded to ${found.length} area(s) of ${names}.${how}`;
  return matched(found, areas, [warning]);
}

function matched(
  areaIds: readonly string[],
  areas: ReadonlyMap<string, Area>,
  warnings: readonly string[],
): MatchedAreas {
  const sorted = [...areaIds].sort();
  return { areaIds: new Set(sorted), names: sorted.map((id) => areas.get(id)?.name ?? id), warnings };
}

/** How close the nearest ones are, whole text against whole text, and which they are. */
function closest(wanted: string, known: ReadonlyMap<string, Named>): [number, string[]] {
  let best = 0;
  let ids: string[] = [];
  for (const [id, one] of known) {
    const closeness = Math.max(...spellings(id, one).map((text) => similarity(wanted, text)));
    if (closeness > best) ids = [];
    if (closeness >= best) ids.push(id);
    best = Math.max(best, closeness);
  }
  return [best, ids];
}

function spellings(id: string, { name, aliases = [] }: Named): string[] {
  return [id, name, ...aliases].map(fold);
}
