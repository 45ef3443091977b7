import { Fault } from '@hub/core/fault.ts';
import { packDatabase } from '@hub/db/database-file.ts';
import { readDatabaseReport } from '@hub/db/database-report.ts';
import { takeBaseBackup } from '@hub/db/embedded/base-backup.ts';
import type { Deps } from '../deps.ts';
import { readSecretFile, SECRET_FILES } from '../secret-file.ts';
import { MIGRATIONS } from '../storage.ts';
import { VERSION } from '../version.ts';
import type { Api } from './api-scope.ts';

export function databaseBackupRoute(api: Api, deps: Deps): void {
  const { config, storage } = deps;
  let isBusy = false;

  api.post(
    '/database/backup',
    {
      schema: {
        operationId: 'backUpDatabase',
        summary: 'The embedded database as one file, while the hub runs',
        description: [
          'A tar packed by zstd: the whole database as it is at the end of the copy, and the secret files of the data folder.',
          'It is as secret as the data folder itself. Restore it with: hub restore-db FILE FOLDER',
        ].join(' '),
        tags: ['installation'],
      },
    },
    async (request, reply) => {
      const { embedded } = storage;
      if (!embedded) throw outside();
      if (isBusy) throw new Fault('RESOURCE_LOCKED', 'A backup of the database is being made already.');
      isBusy = true;
      try {
        const copy = await takeBaseBackup(embedded);
        reply.raw.once('close', () => {
          isBusy = false;
          const complain = (error: unknown) => request.log.warn({ err: error }, 'the copy could not be removed');
          void Promise.resolve(copy[Symbol.asyncDispose]()).catch(complain);
        });
        return reply.type('application/zstd').send(packDatabase(await readFacts(), await readSecrets(), copy));
      } catch (error) {
        isBusy = false;
        throw error;
      }
    },
  );

  async function readFacts() {
    const { newestMigration } = await readDatabaseReport(storage.db, MIGRATIONS);
    return {
      format: 'ha-mcp-hub database' as const,
      version: 1 as const,
      hubVersion: VERSION,
      installationId: storage.installationId,
      newestMigration,
      createdAt: new Date().toISOString(),
    };
  }

  /** Read after the copy: a key made meanwhile is only ever one more. */
  async function readSecrets(): Promise<ReadonlyMap<string, string>> {
    const found = await Promise.all(
      SECRET_FILES.map(async (name) => [name, await readSecretFile(config.dataDir, name)] as const),
    );
    return new Map(found.flatMap(([name, secret]) => (secret === undefined ? [] : [[name, `${secret}\n`] as const])));
  }
}

function outside(): Fault {
  return new Fault('CONFIG_INVALID', 'This hub keeps its data in an outside PostgreSQL, which has its own backups.', {
    suggestion: 'Use pg_dump or your provider’s backups, and keep HUB_KEYS with them.',
  });
}
