import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The guide's Markdown files as one module, so that they come along wherever the code goes. The index is first. */
export function guideSource(folder: string): string {
  const paths = globSync('**/*.md', { cwd: folder }).map((path) => path.replaceAll('\\', '/'));
  const sorted = paths.sort((a, b) => Number(a.includes('/')) - Number(b.includes('/')) || (a < b ? -1 : 1));
  const rows = sorted.map(
    (path) => `  [${JSON.stringify(path)}, ${JSON.stringify(readFileSync(join(folder, path), 'utf8'))}],`,
  );
  return [
    '// Written by scripts/gen.ts (npm run gen) from the files in skill/. Not edited by hand.',
    'export const guideFiles: readonly (readonly [path: string, text: string])[] = [',
    ...rows,
    '];',
    '',
  ].join('\n');
}
