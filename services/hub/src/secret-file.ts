import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

/** A one-line secret in the data folder; undefined when there is none. */
export async function readSecretFile(dataDir: string, name: string): Promise<string | undefined> {
  try {
    return (await readFile(join(dataDir, name), 'utf8')).trim() || undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Written whole or not at all, also when the power goes; readable by its owner alone. */
export async function writeSecretFile(dataDir: string, name: string, secret: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o711 });
  const partial = join(dataDir, `${name}.partial`);
  const file = await open(partial, 'w', 0o600);
  try {
    await file.writeFile(`${secret}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(partial, join(dataDir, name));
  const folder = await open(dataDir, 'r');
  await folder.sync().finally(() => folder.close());
}

/** All such files there may be: what a backup of the embedded database takes along, as nothing in it opens without them. */
export const SECRET_FILES: readonly string[] = ['keys', 'admin-key', 'default-connector'];
