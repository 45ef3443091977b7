import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface Found<T> {
  /** `call.ts` in its folder: `services/call.ts`. */
  readonly path: string;
  /** The tool's name, the job's kind: unique. */
  readonly id: string;
  readonly definition: T;
}

/** Two files under one id, of a list sorted by id. */
function doubles(found: readonly Found<unknown>[]): readonly string[] {
  return found.flatMap(({ id, path }, index) => {
    const other = found[index - 1];
    return other?.id === id ? [`${path} and ${other.path} are both called ${id}`] : [];
  });
}

/**
 * Every file under `folder` that exports `const <word> = define<Word>(`, sorted by id. Files that do not load, have no
 * test beside them or share an id are told as problems.
 */
export async function findDefinitions<T>(
  folder: string,
  word: 'tool' | 'job',
  idOf: (definition: T) => string,
): Promise<{ readonly found: readonly Found<T>[]; readonly problems: readonly string[] }> {
  const line = new RegExp(`^export const ${word} = define${word === 'tool' ? 'Tool' : 'Job'}[(<]`, 'm');
  const paths = globSync('**/*.ts', { cwd: folder, exclude: ['**/*.test.ts'] }).sort();
  const found: Found<T>[] = [];
  const problems: string[] = [];
  for (const path of paths) {
    const full = join(folder, path);
    if (!line.test(readFileSync(full, 'utf8'))) continue;
    if (!existsSync(full.replace(/\.ts$/, '.test.ts'))) problems.push(`${full} has no test beside it`);
    try {
      const module: Record<string, T> = await import(pathToFileURL(full).href);
      const definition = module[word];
      if (definition !== undefined) found.push({ path, id: idOf(definition), definition });
    } catch (cause) {
      problems.push(`${full} does not load: ${cause instanceof Error ? cause.message : cause}`);
    }
  }
  found.sort((a, b) => (a.id < b.id ? -1 : 1));
  return { found, problems: [...problems, ...doubles(found)] };
}
