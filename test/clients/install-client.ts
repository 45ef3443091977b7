import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { isRealRequired } from '@hub/real-home/launch.ts';

const CACHE = join(import.meta.dirname, '../../.cache/clients');

/** A command-line client of npm, by its exact version. */
export interface ClientPackage {
  readonly name: string;
  readonly version: string;
  readonly program: string;
}

export type Installed = { readonly path: string } | { readonly reason: string };

/**
 * Path of the program. Some are hundreds of megabytes, so they are installed (20 s, kept in `.cache`) only when nothing
 * may be skipped; otherwise what is there is taken.
 */
export async function installClient({ name, version, program }: ClientPackage): Promise<Installed> {
  const folder = join(CACHE, `${name.replace(/^@|\//g, '-').slice(1)}-${version}`);
  const path = join(folder, 'node_modules/.bin', program);
  if (existsSync(path)) return { path };
  if (!isRealRequired()) return { reason: `${name} is installed with REQUIRE_REAL=1 only` };
  const draft = `${folder}.${process.pid}`;
  await mkdir(dirname(draft), { recursive: true });
  const npm = ['install', '--prefix', draft, '--no-audit', '--no-fund', '--no-save', `${name}@${version}`];
  try {
    await mkdir(draft);
    await promisify(execFile)('npm', npm, { cwd: draft, timeout: 240_000 });
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
    return { path };
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    return { reason: `${name}@${version} could not be installed: ${error instanceof Error ? error.message : error}` };
  }
}
