import { chmod, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Fault } from '@hub/core/fault.ts';
import { type KeyRing, newKeyRing, parseKeyRing } from './key-ring.ts';

/**
 * The ring kept in `<dataDir>/keys` (0600), made on first use and on disk before this resolves: what is sealed with it
 * is lost without it. Only for the embedded database.
 * @throws Fault STORAGE_UNAVAILABLE when it cannot be read or written
 */
export async function loadOrCreateKeyFile(dataDir: string): Promise<KeyRing> {
  const path = join(dataDir, 'keys');
  try {
    const text = await readKeys(path);
    if (text !== undefined) return parseKeyRing(text);
    // Others may pass through to the database's own folder below; the keys themselves stay 0600.
    await mkdir(dataDir, { recursive: true, mode: 0o755 });
    const made = newKeyRing();
    await writeDurably(path, `${made}\n`);
    return parseKeyRing(made);
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw new Fault('STORAGE_UNAVAILABLE', `The key file ${path} cannot be read or made.`, {
      suggestion: 'Start the hub as the user who owns the data folder, and check that its disk has space.',
      cause,
    });
  }
}

/** Changes the ring kept in `<dataDir>/keys`, on disk before this resolves with its new text. @throws Error from the file system */
export async function changeKeyFile(dataDir: string, change: (text: string) => string): Promise<string> {
  const path = join(dataDir, 'keys');
  const text = change(await readFile(path, 'utf8'));
  await writeDurably(path, `${text}\n`);
  return text;
}

async function readKeys(path: string): Promise<string | undefined> {
  try {
    const text = await readFile(path, 'utf8');
    await chmod(path, 0o600);
    return text;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** All or nothing, also across a power cut: file and folder are both synced. */
async function writeDurably(path: string, text: string): Promise<void> {
  const draft = `${path}.new`;
  await rm(draft, { force: true });
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
