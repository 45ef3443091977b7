import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fault } from '@hub/core/fault.ts';
import { ADMIN_KEY_FILE } from '../api/admin-key-file.ts';

export interface FoundKey {
  readonly key: string;
  /** Where it was found, for a message about a wrong one. */
  readonly source: string;
}

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

/**
 * `--key-file`, then HUB_ADMIN_KEY, then the file that a hub with the embedded database leaves in its data folder.
 * Undefined when there is none. @throws Fault CONFIG_INVALID when a file may not be read, or the named one is missing
 */
export async function findAdminKey(keyFile: string | undefined, env: NodeJS.ProcessEnv): Promise<FoundKey | undefined> {
  if (keyFile !== undefined) {
    const key = await readKey(keyFile);
    if (key === undefined) {
      throw new Fault('CONFIG_INVALID', `There is no key in ${keyFile}.`, { suggestion: 'Check the path.' });
    }
    return { key, source: keyFile };
  }
  const given = env['HUB_ADMIN_KEY'];
  if (given) return { key: given, source: 'HUB_ADMIN_KEY' };
  for (const place of keyPlaces(env)) {
    const key = await readKey(place);
    if (key !== undefined) return { key, source: place };
  }
  return undefined;
}

/** The data folder seen from here, and from where the program lies, as `npm start` runs there. */
export function keyPlaces(env: NodeJS.ProcessEnv): readonly string[] {
  const dataDir = env['DATA_DIR'] || 'data';
  return [...new Set([resolve(dataDir), resolve(ROOT, dataDir)])].map((dir) => join(dir, ADMIN_KEY_FILE));
}

async function readKey(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim() || undefined;
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new Fault('CONFIG_INVALID', `The admin key in ${path} cannot be read (${String(code)}).`, {
      suggestion: 'Run this as the user who runs the hub, or give HUB_ADMIN_KEY.',
      cause,
    });
  }
}
