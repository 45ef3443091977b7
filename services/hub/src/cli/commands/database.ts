import { open, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { restoreDatabase } from '../../restore-database.ts';
import { UsageError } from '../failure.ts';
import { addLeaf, type Home } from '../leaf.ts';

export function databaseCommands(program: Command, home: Home): void {
  addLeaf(program, home, {
    usage: 'backup-db <file>',
    summary: 'the embedded database with its keys as one file, while the hub runs',
    examples: ['hub backup-db hub.tar.zst', 'hub backup-db "/backups/hub-$(date +%F).tar.zst"'],
    options: {},
    isOfTenant: false,
    async run(cli, _options, [file = '']) {
      const sizeBytes = await keep(resolve(file), cli.hub.bytes('POST', '/database/backup'));
      cli.show({ file, sizeBytes }, () => `Wrote ${file} (${(sizeBytes / 1024 / 1024).toFixed(1)} MB).`);
      cli.note('It opens everything the hub knows, tokens of homes included: keep it where nobody else can read it.');
      return undefined;
    },
  });

  addLeaf(program, home, {
    usage: 'restore-db <file> <folder>',
    summary: 'lay out a new data folder from such a file, and prove it; needs no server',
    examples: ['hub restore-db hub.tar.zst /srv/hub-restored', 'DATA_DIR=/srv/hub-restored npm start'],
    options: {},
    isOfTenant: false,
    async run(cli, _options, [file = '', folder = '']) {
      const dataDir = resolve(folder);
      const { env } = cli.io;
      const restored = await restoreDatabase(resolve(file), {
        dataDir,
        pgBinDir: env['HUB_PG_BIN'] || undefined,
        keys: env['HUB_KEYS'] || undefined,
      });
      const { facts, tenants, homes } = restored;
      cli.show({ dataDir, ...restored }, () =>
        [
          `Restored the state of ${facts.createdAt} to ${dataDir}: tenants ${tenants}, homes ${homes}. The database starts, and the keys fit.`,
          `Stop the old hub, then start on it: DATA_DIR=${dataDir} npm start`,
          'It serves once you have looked at what came back: hub recover',
        ].join('\n'),
      );
      return undefined;
    },
  });
}

/** Whole or not at all, readable by its owner alone; never over a file that is there. Resolves with its size. */
async function keep(path: string, bytes: AsyncIterable<Uint8Array>): Promise<number> {
  const name = await open(path, 'wx', 0o600).catch((cause: unknown) => {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'error';
    throw new UsageError(code === 'EEXIST' ? `${path} is there already` : `${path} cannot be written (${code})`);
  });
  await name.close();
  const partial = `${path}.partial`;
  try {
    const file = await open(partial, 'w', 0o600);
    let size = 0;
    try {
      for await (const chunk of bytes) {
        await file.writeFile(chunk);
        size += chunk.length;
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
    return size;
  } catch (error) {
    await Promise.all([rm(partial, { force: true }), rm(path, { force: true })]);
    throw error;
  }
}
