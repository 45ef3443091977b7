import { findGuide, guideDescription, listGuide, SKILL, uriOf } from '@hub/tools/guidance/guide.ts';
import type { ResourceShelf } from './mcp/resources.ts';

const MARKDOWN = 'text/markdown';
const MANIFEST = uriOf('_manifest');
const entries = listGuide().map(({ path, uri, title }) => ({ uri, name: path, title, mimeType: MARKDOWN }));
const manifest = { uri: MANIFEST, name: '_manifest', title: 'Files of the guide', mimeType: 'application/json' };

/** The best-practice guide for clients that read resources; `keyOf` gives what configuration writes ask for now. */
export function guideShelf(keyOf: () => string | undefined): ResourceShelf {
  return {
    list: () => [...entries, manifest],
    templates: () => [{ uriTemplate: uriOf('{+path}'), name: SKILL, title: 'Home Assistant best practices' }],
    read(uri) {
      if (uri === MANIFEST) return { mimeType: manifest.mimeType, text: manifestText() };
      const found = uri.startsWith(uriOf('')) ? findGuide(uri) : undefined;
      if (!found) return undefined;
      const key = keyOf();
      return { mimeType: MARKDOWN, text: key === undefined ? found.text : `${key}\n\n${found.text}` };
    },
  };
}

function manifestText(): string {
  const files = listGuide().map(({ path, uri, title, text }) => ({ path, uri, title, size: Buffer.byteLength(text) }));
  return JSON.stringify({ skill: SKILL, description: guideDescription(), files });
}
