import { similarity, wordsOf } from '@hub/ha/similarity.ts';

/** Of 100: at least this share of the query's words, or words very like them. */
const LEAST_SCORE = 60;
const LEAST_SIMILARITY = 0.75;
const MIN_TYPO_LETTERS = 4;

export interface ConfigMatch {
  readonly score: number;
  readonly inName: boolean;
  readonly inConfig: boolean;
}

interface Searchable {
  readonly text: string;
  words?: ReadonlySet<string>;
}

/** Configurations are never changed, only replaced, so what was made of one stays true. */
const searchables = new WeakMap<object, Searchable>();

/** Whether names or configuration hold the query: as it is written, or most of its words. Undefined when neither does. */
export function matchConfig(
  query: string,
  names: readonly string[],
  config: object | undefined,
  isExact: boolean,
): ConfigMatch | undefined {
  const body = config && searchableOf(config);
  const [nameScore, bodyScore] = isExact
    ? [holds(names.join('\n').toLowerCase(), query), body ? holds(body.text, query) : 0]
    : [shareOf(query, new Set(names.flatMap(wordsOf))), body ? shareOf(query, wordsIn(body)) : 0];
  const score = Math.max(nameScore, bodyScore);
  if (score < LEAST_SCORE) return undefined;
  return { score, inName: nameScore >= LEAST_SCORE, inConfig: bodyScore >= LEAST_SCORE };
}

function holds(text: string, query: string): number {
  return text.includes(query.toLowerCase()) ? 100 : 0;
}

function shareOf(query: string, words: ReadonlySet<string>): number {
  const wanted = [...new Set(wordsOf(query))];
  if (wanted.length === 0) return 0;
  const sum = wanted.reduce((total, word) => total + closeness(word, words), 0);
  return Math.round((sum / wanted.length) * 100);
}

function closeness(word: string, words: ReadonlySet<string>): number {
  if (words.has(word)) return 1;
  if (word.length < MIN_TYPO_LETTERS) return 0;
  let best = 0;
  for (const other of words)
    if (Math.abs(other.length - word.length) <= 2) best = Math.max(best, similarity(word, other));
  return best >= LEAST_SIMILARITY ? best : 0;
}

function searchableOf(config: object): Searchable {
  const known = searchables.get(config);
  if (known) return known;
  const leaves: string[] = [];
  collect(config, leaves);
  const made: Searchable = { text: leaves.join('\n').toLowerCase() };
  searchables.set(config, made);
  return made;
}

function wordsIn(body: Searchable): ReadonlySet<string> {
  body.words ??= new Set(wordsOf(body.text));
  return body.words;
}

/** Keys and values, each a line of its own, so that a query matches within one and never across two. */
function collect(value: unknown, into: string[]): void {
  if (Array.isArray(value)) for (const item of value) collect(item, into);
  else if (value !== null && typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) {
      into.push(key);
      collect(inner, into);
    }
  } else if (value !== null && value !== undefined) into.push(String(value));
}
