import MiniSearch, { type SearchResult } from 'minisearch';
import type { EntityEntry, EntityState } from './records.ts';
import { similarity, wordsOf } from './similarity.ts';

/** Below this share of the best score a query could have, a hit is noise. */
const LEAST_SCORE = 60;
const LEAST_SIMILARITY = 0.75;
const BM25 = { k: 1.2, b: 0.5, d: 0 };
const MIN_PREFIX_LETTERS = 3;
const MIN_TYPO_LETTERS = 4;
/** Letters that may differ, as a share of the word: two swapped ones count as two here, as one in `similarity`, which decides. */
const FUZZY_SHARE = 0.4;
const MAX_WRONG_LETTERS = 3;

export interface RankedEntity {
  readonly entityId: string;
  /** 60 to 100 for words found, 75 to 99 for words that were close. */
  readonly score: number;
  readonly matchType: string;
}

export type Aliases = ReadonlyMap<string, readonly string[]>;

interface Document {
  readonly id: string;
  readonly name: string;
  readonly words: readonly string[];
  /** Words that neither id nor name have. */
  readonly aliasWords: ReadonlySet<string>;
}

interface EntityIndex {
  readonly documents: Map<string, Document>;
  readonly engine: MiniSearch<Document>;
  /** In how many documents a word is. */
  readonly frequency: Map<string, number>;
}

const indexes = new WeakMap<ReadonlyMap<string, EntityEntry>, EntityIndex>();

/**
 * Entities by how well id, name and aliases answer the words of a query; ties by id. Words that nobody has are looked for
 * as beginnings and misspellings. `aliases` must belong to `entries`: the index lives as long as that registry content
 * and takes up each name that changed since, so that it is never older than `states`.
 */
export function rankEntities(
  query: string,
  home: {
    readonly states: ReadonlyMap<string, EntityState>;
    readonly entries: ReadonlyMap<string, EntityEntry>;
    readonly aliases: Aliases;
  },
  isInScope: (entityId: string) => boolean,
): RankedEntity[] {
  const words = [...new Set(wordsOf(query))];
  if (words.length === 0) return [];
  const index = indexOf(home.entries);
  update(index, home.states, home.aliases);
  const found = findWords(index, query, words, isInScope);
  const ranked = found.length > 0 ? found : findCloseWords(index, query, words, isInScope);
  return ranked.sort((a, b) => b.score - a.score || (a.entityId < b.entityId ? -1 : 1));
}

/** What of an entity the text equals or holds. */
export function matchTypeOf(query: string, entityId: string, name: string): string {
  const wanted = query.trim().toLowerCase();
  const lowerName = name.toLowerCase();
  if (wanted === entityId) return 'exact_id';
  if (wanted === lowerName) return 'exact_name';
  if (wanted === entityId.slice(0, entityId.indexOf('.'))) return 'exact_domain';
  if (entityId.includes(wanted)) return 'partial_id';
  return lowerName.includes(wanted) ? 'partial_name' : 'fuzzy_match';
}

export function nameOf({ attributes, entity_id: entityId }: EntityState): string {
  const name = attributes['friendly_name'];
  return typeof name === 'string' ? name : entityId;
}

function indexOf(entries: ReadonlyMap<string, EntityEntry>): EntityIndex {
  const known = indexes.get(entries);
  if (known) return known;
  const plain = { tokenize: (text: string) => text.split(' '), processTerm: (term: string) => term };
  const engine = new MiniSearch<Document>({
    fields: ['words'],
    extractField: (document, field) => (field === 'id' ? document.id : document.words.join(' ')),
    ...plain,
    searchOptions: { ...plain, bm25: BM25 },
  });
  const index: EntityIndex = { documents: new Map(), engine, frequency: new Map() };
  indexes.set(entries, index);
  return index;
}

function update(index: EntityIndex, states: ReadonlyMap<string, EntityState>, aliases: Aliases): void {
  const { documents } = index;
  for (const state of states.values()) {
    const old = documents.get(state.entity_id);
    const name = nameOf(state);
    if (old?.name === name) continue;
    if (old) forget(index, old);
    learn(index, documentOf(state.entity_id, name, aliases.get(state.entity_id) ?? []));
  }
  if (documents.size === states.size) return;
  for (const document of documents.values()) if (!states.has(document.id)) forget(index, document);
}

function learn({ documents, engine, frequency }: EntityIndex, document: Document): void {
  documents.set(document.id, document);
  engine.add(document);
  for (const word of new Set(document.words)) frequency.set(word, (frequency.get(word) ?? 0) + 1);
}

function forget({ documents, engine, frequency }: EntityIndex, document: Document): void {
  documents.delete(document.id);
  engine.remove(document);
  for (const word of new Set(document.words)) frequency.set(word, (frequency.get(word) ?? 1) - 1);
}

/** `light.bed_light`, "Bed Light" → light bed light bed light bedlight: the words joined are found as well. */
function documentOf(id: string, name: string, aliases: readonly string[]): Document {
  const objectWords = wordsOf(id.slice(id.indexOf('.') + 1));
  const nameWords = wordsOf(name);
  const own = [...wordsOf(id), ...nameWords];
  for (const joined of new Set([objectWords.join(''), nameWords.join('')])) if (joined !== '') own.push(joined);
  const called = aliases.flatMap((alias) => [...wordsOf(alias), wordsOf(alias).join('')]).filter((word) => word !== '');
  const ownWords = new Set(own);
  return { id, name, words: [...own, ...called], aliasWords: new Set(called.filter((word) => !ownWords.has(word))) };
}

function findWords(index: EntityIndex, query: string, words: readonly string[], isInScope: (id: string) => boolean) {
  const { documents, engine } = index;
  const best = bestScore(index, words);
  return engine.search(words.join(' ')).flatMap((hit): RankedEntity[] => {
    const document = documents.get(String(hit.id));
    // The engine multiplies by the number of words found; taken back, the score is BM25's own.
    const score = Math.min(100, Math.round((hit.score / (hit.queryTerms.length || 1) / best) * 100));
    if (!document || score < LEAST_SCORE || !isInScope(document.id)) return [];
    const isAlias = words.some((word) => document.aliasWords.has(word));
    const matchType = isAlias ? 'alias_match' : matchTypeOf(query, document.id, document.name);
    return [{ entityId: document.id, score, matchType }];
  });
}

/** What a document of usual length would score that has every word; a word nobody has counts like a rare one. */
function bestScore({ documents, frequency }: EntityIndex, words: readonly string[]): number {
  return words.reduce((sum, word) => {
    const having = Math.max(1, frequency.get(word) ?? 0);
    return sum + Math.log(1 + (documents.size - having + 0.5) / (having + 0.5));
  }, 0);
}

function findCloseWords(
  { documents, engine }: EntityIndex,
  query: string,
  words: readonly string[],
  isInScope: (id: string) => boolean,
): RankedEntity[] {
  const hits = engine.search(words.join(' '), {
    prefix: (word) => word.length >= MIN_PREFIX_LETTERS,
    fuzzy: (word) => (word.length >= MIN_TYPO_LETTERS ? FUZZY_SHARE : false),
    maxFuzzy: MAX_WRONG_LETTERS,
  });
  return hits.flatMap((hit): RankedEntity[] => {
    const document = documents.get(String(hit.id));
    if (!document || !isInScope(document.id)) return [];
    const score = Math.min(99, Math.round(closenessOf(words, hit) * 100));
    if (score < LEAST_SIMILARITY * 100) return [];
    const matchType = matchTypeOf(query, document.id, document.name);
    return [{ entityId: document.id, score, matchType: matchType === 'fuzzy_match' ? 'typo_fallback' : matchType }];
  });
}

/** The mean over the query's words of how close the nearest word of the document is. */
function closenessOf(words: readonly string[], hit: SearchResult): number {
  const sum = words.reduce((total, word) => {
    const closest = Math.max(0, ...hit.terms.map((term) => closeness(word, term)));
    return total + (closest >= LEAST_SIMILARITY ? closest : 0);
  }, 0);
  return sum / words.length;
}

/** Half a word already counts: `temp` for `temperature`. */
function closeness(word: string, term: string): number {
  const beginning = word.length >= MIN_PREFIX_LETTERS && term.startsWith(word);
  const asBeginning = beginning ? LEAST_SIMILARITY + (1 - LEAST_SIMILARITY) * (word.length / term.length) : 0;
  return Math.max(similarity(word, term), asBeginning);
}
