import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT, readPages } from './pages.ts';

/** In the tables of the page, texts in italics are the hub's, with … for what varies. */
const QUOTED = /(?<![*\w])\*([^*\n]{12,})\*(?![*\w])/g;

it('what docs/troubleshooting.md quotes is what the hub says', async () => {
  const names = globSync('{packages,services,scripts}/**/*.{ts,mjs}', { cwd: ROOT, exclude: isOther });
  const sources = await Promise.all(names.map((name) => readFile(join(ROOT, name), 'utf8')));
  const said = plain(sources.join('\n').replaceAll(/\$\{[^}]*\}/g, '…'));
  const page = (await readPages()).find(({ name }) => name === 'docs/troubleshooting.md')?.text ?? '';
  const rows = page.split('\n').filter((line) => line.startsWith('|'));
  const quotes = rows.flatMap((row) => [...row.matchAll(QUOTED)].map(([, text = '']) => text));
  expect(quotes.length).toBeGreaterThan(40);
  const parts = quotes.flatMap((quote) => plain(quote).split('…')).map((part) => part.trim());
  expect(parts.filter((part) => part.length > 3 && !said.includes(part))).toEqual([]);
});

function isOther(name: string): boolean {
  return /node_modules|\/dist\/|\.test\.ts$|\/testing\//.test(name);
}

/** The same apostrophes and no escapes. */
function plain(text: string): string {
  return text.replaceAll('’', "'").replaceAll('\\', '');
}
