import { nameOf } from '@hub/ha/entity-index.ts';
import type { EntityState } from '@hub/ha/records.ts';
import { wordsOf } from '@hub/ha/similarity.ts';
import type { View } from '@hub/ha/view.ts';
import { type EntityQuery, findEntityRows } from './entity-rows.ts';

const MAX_NEAR = 5;
/** Shorter beginnings are in everything. */
const MIN_STEM = 4;

/**
 * Ids worth a look when nothing holds the query as it is written: spelled alike, or sharing the beginning of a word
 * ("rainfall" and "rain"). What the caller may not see is not among them, as the view does not show it.
 */
export async function nearIds(home: View, asked: EntityQuery, signal: AbortSignal): Promise<readonly string[]> {
  const fuzzy = await findEntityRows(home, { ...asked, isExact: false }, signal);
  const ofDomain = fuzzy.rows.map((row) => row.entity_id).filter((id) => isOfDomain(id, asked.domain));
  const near = new Set(ofDomain.slice(0, MAX_NEAR));
  if (near.size < MAX_NEAR)
    for (const id of alikeIds(await home.states(), asked)) if (near.add(id).size === MAX_NEAR) break;
  return [...near];
}

/** One walk over the home, no further than the caller goes: texts are cut into words only where a beginning is in them. */
function* alikeIds(states: ReadonlyMap<string, EntityState>, { query, domain }: EntityQuery): Generator<string> {
  const wanted = wordsOf(query).filter((word) => word.length >= MIN_STEM);
  const stems = wanted.map((word) => word.slice(0, MIN_STEM));
  if (stems.length === 0) return;
  for (const state of states.values()) {
    const { entity_id: id } = state;
    if (!isOfDomain(id, domain)) continue;
    const name = nameOf(state).toLowerCase();
    if (!stems.some((stem) => id.includes(stem) || name.includes(stem))) continue;
    if (sharesBeginning(`${id} ${name}`, wanted)) yield id;
  }
}

function isOfDomain(id: string, domain: string): boolean {
  return domain === '' || id.startsWith(`${domain}.`);
}

function sharesBeginning(text: string, wanted: readonly string[]): boolean {
  return wordsOf(text).some((word) => wanted.some((one) => shareBeginning(word, one)));
}

function shareBeginning(a: string, b: string): boolean {
  return Math.min(a.length, b.length) >= MIN_STEM && (a.startsWith(b) || b.startsWith(a));
}
