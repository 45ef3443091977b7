import type { Found } from './find-definitions.ts';

/** `ha_call_service` and `backup.create` become `haCallService` and `backupCreate`. */
const camelCase = (id: string) => id.replace(/[^a-zA-Z0-9]+(.)/g, (_, letter: string) => letter.toUpperCase());

/** A static list: plain imports, so that a reader, a bundler and `go to definition` can follow it. */
export function registrySource(type: 'Tool' | 'Job', word: 'tool' | 'job', found: readonly Found<unknown>[]): string {
  const imports = [...found]
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, id }) => `import { ${word} as ${camelCase(id)} } from './${path}';`);
  const list = found.map(({ id }) => `  ${camelCase(id)},`);
  return [
    '// Written by scripts/gen.ts (npm run gen) from the files that export it. Not edited by hand.',
    `import type { ${type} } from './define.ts';`,
    ...imports,
    '',
    `export const ${word}s: readonly ${type}[] = [${list.length > 0 ? `\n${list.join('\n')}\n` : ''}];`,
    '',
  ].join('\n');
}
