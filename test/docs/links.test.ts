import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT, readPages } from './pages.ts';

const LINK = /\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g;

it('every link between the documents leads to a file, and to a heading where it names one', async () => {
  const lost: string[] = [];
  const pages = await readPages();
  for (const { name, text } of pages) {
    for (const [link, path = '', anchor] of text.matchAll(LINK)) {
      const file = path === '' ? join(ROOT, name) : join(ROOT, dirname(name), path);
      const isThere = existsSync(file) && (anchor === undefined || anchorsOf(await readFile(file, 'utf8')).has(anchor));
      if (!isThere) lost.push(`${name}: ${link}`);
    }
  }
  expect(lost).toEqual([]);
  expect(pages.length).toBeGreaterThan(10);
});

/** As GitHub makes them of headings. */
function anchorsOf(page: string): Set<string> {
  const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, text = '']) => text.toLowerCase());
  return new Set(headings.map((text) => text.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-')));
}
