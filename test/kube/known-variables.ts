import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../docs/pages.ts';

/** Every variable that a service reads: a process takes its surroundings in through its `config.ts` alone. */
export const knownVariables: ReadonlySet<string> = new Set(
  [
    'services/*/src/config.ts',
    'packages/runtime/src/cluster-settings.ts',
    'packages/backup-store/src/store-settings.ts',
  ].flatMap((pattern) =>
    globSync(pattern, { cwd: ROOT }).flatMap((path) =>
      [...readFileSync(join(ROOT, path), 'utf8').matchAll(/^ {2}([A-Z][A-Z0-9_]+): /gm)].map(([, name = '']) => name),
    ),
  ),
);
