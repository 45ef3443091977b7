import MiniSearch from 'minisearch';
import type { ListedTool } from './prepared-tool.ts';
import { KEYWORDS } from './tool-keywords.ts';

/** Ranks tools by a few words; made once per process. */
export interface ToolIndex {
  /** Names, best first; only those that match at all. */
  rank(query: string): readonly string[];
}

interface Page {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly text: string;
  readonly keywords: string;
  readonly parameters: string;
}

/** BM25 over name, title, text, parameters and the words people use for them; parts of words and one slip per five letters count less. */
export function createToolIndex(tools: readonly ListedTool[]): ToolIndex {
  const index = new MiniSearch<Page>({
    fields: ['name', 'title', 'text', 'keywords', 'parameters'],
    tokenize: (text) => text.toLowerCase().match(/[a-z0-9]{2,}/g) ?? [],
    searchOptions: {
      boost: { name: 3, keywords: 3, title: 2 },
      bm25: { k: 1.5, b: 0.75, d: 0.5 },
      prefix: (term) => term.length > 3,
      fuzzy: (term) => (term.length > 4 ? 0.2 : false),
      weights: { prefix: 0.4, fuzzy: 0.2 },
    },
  });
  index.addAll(tools.map(pageOf));
  return { rank: (query) => index.search(query).map(({ id }) => String(id)) };
}

function pageOf({ name, title, description, inputSchema }: ListedTool): Page {
  const properties = Object.entries(inputSchema.properties ?? {});
  return {
    id: name,
    name: name.replace(/^ha_/, ''),
    title: title ?? '',
    text: description,
    keywords: KEYWORDS[name] ?? '',
    parameters: properties.map(([key, { description: text = '' }]) => `${key} ${text}`).join(' '),
  };
}
