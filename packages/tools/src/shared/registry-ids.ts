import { Fault } from '@hub/core/fault.ts';
import type { View } from '@hub/ha/view.ts';

const MAX_LISTED = 20;

interface Named {
  readonly name: string;
}

/**
 * The id of an area given by id or name. Home Assistant stores whatever it is given, so a wrong id would stay as a dead reference.
 * @throws Fault VALIDATION_INVALID_PARAMETER with the areas there are
 */
export async function knownAreaId(home: View, given: string, parameter = 'area_id'): Promise<string> {
  return knownId(await home.areas(), given, 'area', parameter);
}

/** @throws Fault VALIDATION_INVALID_PARAMETER with the floors there are */
export async function knownFloorId(home: View, given: string, parameter = 'floor_id'): Promise<string> {
  return knownId(await home.floors(), given, 'floor', parameter);
}

/** @throws Fault VALIDATION_INVALID_PARAMETER naming every label there is not; Home Assistant would drop them in silence */
export async function knownLabelIds(home: View, given: readonly string[], parameter = 'labels'): Promise<string[]> {
  const labels = given.length > 0 ? await home.labels() : new Map<string, Named>();
  const found = given.map((one) => [one, idOf(labels, one)] as const);
  const unknown = found.flatMap(([one, id]) => (id === undefined ? [one] : []));
  if (unknown.length === 0) return [...new Set(found.flatMap(([, id]) => id ?? []))];
  throw new Fault('VALIDATION_INVALID_PARAMETER', `\`${parameter}\`: there is no label ${unknown.join(', ')}.`, {
    suggestion: ['Use one of the available labels, or create it first.', listed(labels)],
    context: { parameter, unknown_labels: unknown, available_labels: [...labels.keys()].slice(0, MAX_LISTED) },
  });
}

function knownId(known: ReadonlyMap<string, Named>, given: string, kind: string, parameter: string): string {
  const id = idOf(known, given);
  if (id !== undefined) return id;
  throw new Fault('VALIDATION_INVALID_PARAMETER', `\`${parameter}\`: there is no ${kind} '${given}'.`, {
    suggestion: [`Use one of the available ids; ha_list_floors_areas shows all.`, listed(known)],
    context: { parameter, value: given, [`available_${kind}_ids`]: [...known.keys()].slice(0, MAX_LISTED) },
  });
}

function idOf(known: ReadonlyMap<string, Named>, given: string): string | undefined {
  if (known.has(given)) return given;
  const wanted = given.trim().toLowerCase();
  return [...known].find(([id, { name }]) => id === wanted || name.toLowerCase() === wanted)?.[0];
}

function listed(known: ReadonlyMap<string, Named>): string {
  const ids = [...known.keys()].slice(0, MAX_LISTED).join(', ');
  return known.size === 0 ? 'There is none yet.' : `Available: ${ids}${known.size > MAX_LISTED ? ' …' : ''}`;
}
