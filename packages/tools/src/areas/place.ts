import { Fault } from '@hub/core/fault.ts';
import type { Area, Floor } from '@hub/ha/records.ts';
import { findRow } from '@hub/ha/registry-reads.ts';
import type { View } from '@hub/ha/view.ts';

export type PlaceKind = 'area' | 'floor';

const MAX_LISTED = 20;

/** The area or floor as the home has it now. */
export function findPlace(
  home: View,
  kind: PlaceKind,
  isWanted: (row: Readonly<Record<string, unknown>>) => boolean,
  signal: AbortSignal,
): Promise<Area | Floor | undefined> {
  return kind === 'area' ? findRow(home, 'area', isWanted, { signal }) : findRow(home, 'floor', isWanted, { signal });
}

/** Home Assistant itself would answer an update of an unknown id with "Unknown error". */
export async function placeNotFound(home: View, kind: PlaceKind, id: string, act: 'update' | 'remove'): Promise<Fault> {
  const known = kind === 'area' ? await home.areas() : await home.floors();
  const named = [...known].find(([, { name }]) => name.toLowerCase() === id.trim().toLowerCase());
  const ids = [...known.keys()].slice(0, MAX_LISTED);
  return new Fault(
    'SERVICE_CALL_FAILED',
    `Failed to ${act} ${kind}: ${kind === 'area' ? 'Area' : 'Floor'} ID doesn't exist: ${id}`,
    {
      suggestion: named
        ? `'${id}' is a name; its id is ${named[0]}.`
        : `Use one of the ids there are: ${ids.join(', ') || 'none yet'}.`,
      context: { kind, [`${kind}_id`]: id, [`available_${kind}_ids`]: ids },
    },
  );
}
