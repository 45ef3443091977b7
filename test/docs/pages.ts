import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Page {
  readonly name: string;
  readonly text: string;
}

/** What people read: README.md and the pages of docs that are written by hand. */
export async function readPages(): Promise<readonly Page[]> {
  const names = globSync('docs/**/*.md', { cwd: ROOT });
  return Promise.all(
    ['README.md', ...names.filter((name) => name !== 'docs/tools.md').sort()].map(async (name) => ({
      name,
      text: await readFile(join(ROOT, name), 'utf8'),
    })),
  );
}
