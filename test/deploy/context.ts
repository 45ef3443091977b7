import { globSync, readFileSync, statSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import { ROOT } from '../docs/pages.ts';

const rules = readFileSync(join(ROOT, '.dockerignore'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => ({ keeps: line.startsWith('!'), pattern: line.replace(/^!/, '') }));

/** Whether a path of the repository is sent to a build: the last rule of .dockerignore that fits it, or a folder above it, decides. `*` takes names with a dot as well. */
export function isInContext(path: string): boolean {
  const parts = path.split('/');
  const paths = parts.map((_, at) => parts.slice(0, at + 1).join('/'));
  const last = rules.findLast(({ pattern }) => pattern === '*' || paths.some((one) => matchesGlob(one, pattern)));
  return last?.keeps ?? true;
}

/** Files that a COPY of `source` from the context would bring, by their path in the repository. */
export function filesOf(source: string): readonly string[] {
  if (statSync(join(ROOT, source)).isFile()) return isInContext(source) ? [source] : [];
  return globSync('**/*', {
    cwd: join(ROOT, source),
    exclude: (name) => !isInContext(join(source, name.replace(/^\.\//, ''))),
  })
    .map((path) => join(source, path))
    .filter((path) => isInContext(path) && statSync(join(ROOT, path)).isFile());
}
