import { nameOf } from '@hub/ha/entity-index.ts';
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
  const wanted = wordsOf(asked.query).filter((word) => word.length >= MIN_STEM);
  const stems = wanted.map((word) => word.slice(0, MIN_STEM));
  const alike = [...(await home.states()).values()].filter((state) => {
    const text = `${state.entity_id} ${nameOf(state)}`.toLowerCase();
    // Cutting a text into words is dear in a home of thousands, and most hold none of the beginnings.
    return stems.some((stem) => text.includes(stem)) && sharesBeginning(text, wanted);
  });
  const ids = [...fuzzy.rows.map((row) => row.entity_id), ...alike.map((state) => state.entity_id)];
  const ofDomain = ids.filter((id) => asked.domain === '' || id.startsWith(`${asked.domain}.`));
  return [...new Set(ofDomain)].slice(0, MAX_NEAR);
}

function sharesBeginning(text: string, wanted: readonly string[]): boolean {
  return wordsOf(text).some((word) => wanted.some((one) => shareBeginning(word, one)));
}

function shareBeginning(a: string, b: string): boolean {
  return Math.min(a.length, b.length) >= MIN_STEM && (a.startsWith(b) || b.startsWith(a));
}
