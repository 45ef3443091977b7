import { emergencyKit } from '@hub/backup-store/emergency-kit.ts';
import { Fault } from '@hub/core/fault.ts';
import { type BackupRecord, dropBackup, listBackups, markBackupRemoving, readHaKey } from '@hub/db/backups.ts';
import { notFound } from '@hub/db/constraint-fault.ts';
import { homeBackupKey, readBackupRules, writeBackupRules } from '@hub/db/home-backup.ts';
import type { JobRecord } from '@hub/db/job-record.ts';
import { isId } from '@hub/db/slug.ts';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { Api } from './api-scope.ts';
import { backupAnswer, backupShape, rulesShape } from './backup-shape.ts';
import { id, notBefore } from './field-shapes.ts';
import { homeIn, tenantOf } from './find.ts';
import { homeParams } from './homes.ts';
import { jobAnswer, newBackup, startedShape } from './job-shape.ts';
import { noBackupStore } from './no-backup-store.ts';
import { OPERATOR } from './operator.ts';

const tags = ['backups'];
const backupParams = homeParams.extend({ backup: id });

interface Whose {
  readonly tenantId: string;
  readonly homeId: string;
  readonly name: string;
  readonly slug: string | undefined;
}

/** Backups of homes: made at the home and kept in the hub's own store. */
export function backupRoutes(api: Api, deps: Deps): void {
  const { queue, storage, config, log } = deps;
  const { db, vault } = storage;

  /** Backups outlive their home: one that was removed is named by its id. @throws Fault HOME_NOT_FOUND */
  async function whose({ tenant, home }: { tenant: string; home: string }): Promise<Whose> {
    const { id: tenantId } = await tenantOf(deps, tenant);
    try {
      const { id: homeId, name, slug } = await homeIn(deps, tenantId, home);
      return { tenantId, homeId, name, slug };
    } catch (error) {
      if (!isId(home) || (await listBackups(db, tenantId, home)).length === 0) throw error;
      return { tenantId, homeId: home, name: home, slug: undefined };
    }
  }

  async function start(
    { tenantId, homeId, slug }: Whose,
    { kind, args, dedup, runAt }: { kind: string; args: unknown; dedup: string; runAt: Date | undefined },
  ) {
    const asked = { tenantId, homeId, kind, args, actor: OPERATOR, dedupKey: `${kind} ${dedup}`, runAt };
    const { job, isNew } = await queue.enqueue(asked);
    return { job: jobAnswer(job, slug), isNew };
  }

  async function stored({ tenantId, homeId }: Whose, backupId: string) {
    if (!config.backupStore) throw noBackupStore();
    const found = (await listBackups(db, tenantId, homeId)).find((one) => one.id === backupId);
    if (!found) throw notFound(`A backup ${backupId}`, 'List them: hub backups list HOME');
    return { store: config.backupStore, found };
  }

  /** @throws Fault RESOURCE_LOCKED while a job stores it or is to read it */
  async function assertUnused({ tenantId, homeId }: Whose, { id: backupId, state }: BackupRecord) {
    // A backup bears the id of the job that stores it, which may go on with other work for hours.
    const maker = state === 'storing' ? await queue.get(tenantId, backupId) : undefined;
    if (maker && !maker.finishedAt) throw inUse('being stored', maker);
    const reading = { homeId, states: ['queued', 'running'], args: { copyId: backupId }, limit: 1 } as const;
    const [reader] = await queue.list(tenantId, reading);
    if (reader) throw inUse('needed', reader);
  }

  api.get(
    '/tenants/:tenant/homes/:home/backups',
    {
      schema: {
        operationId: 'listBackups',
        summary: "Backups of a home in the hub's own store, newest first",
        tags,
        params: homeParams,
        response: {
          200: z.object({
            place: z.string().optional().describe('Missing where this hub has no store.'),
            rules: rulesShape.optional().describe('How many stay; missing before the first.'),
            backups: z.array(backupShape),
          }),
        },
      },
    },
    async ({ params }) => {
      const { tenantId, homeId } = await whose(params);
      const [backups, rules] = await Promise.all([
        listBackups(db, tenantId, homeId),
        readBackupRules(db, tenantId, homeId),
      ]);
      return { place: config.backupStore?.place, rules, backups: backups.map(backupAnswer) };
    },
  );

  api.post(
    '/tenants/:tenant/homes/:home/backups',
    {
      schema: {
        operationId: 'createBackup',
        summary: 'Start a backup of a home',
        description:
          'Made at the home and, where the hub has a store, kept there too. While one is unfinished, asking again gives that one; one for later is another until its moment comes.',
        tags,
        params: homeParams,
        body: newBackup,
        response: { 202: startedShape },
      },
    },
    async ({ params, body: { notBefore: runAt, ...args } }, reply) => {
      const home = await whose(params);
      return reply.code(202).send(await start(home, { kind: 'backup.create', args, dedup: home.homeId, runAt }));
    },
  );

  api.patch(
    '/tenants/:tenant/homes/:home/backups/rules',
    {
      schema: {
        operationId: 'setBackupRules',
        summary: 'How many backups of a home stay in the store',
        description: 'They are applied after the next backup. The newest good one always stays.',
        tags,
        params: homeParams,
        body: z.strictObject(rulesShape.partial().shape),
        response: { 200: rulesShape },
      },
    },
    async ({ params, body }) => {
      const { tenantId, homeId } = await whose(params);
      // The rules stand beside the key; whoever sets them first makes it.
      await homeBackupKey(db, vault, tenantId, homeId);
      await writeBackupRules(db, tenantId, homeId, body);
      const rules = await readBackupRules(db, tenantId, homeId);
      return rulesShape.parse(rules);
    },
  );

  api.post(
    '/tenants/:tenant/homes/:home/backups/:backup/check',
    {
      schema: {
        operationId: 'checkBackup',
        summary: 'Read a stored backup as a restore would, without touching a home',
        tags,
        params: backupParams,
        body: z.strictObject({
          isDeep: z
            .boolean()
            .default(true)
            .describe('A drill: what is inside is unpacked too, not only every byte read.'),
          notBefore,
        }),
        response: { 202: startedShape },
      },
    },
    async ({ params, body: { isDeep, notBefore: runAt } }, reply) => {
      const home = await whose(params);
      await stored(home, params.backup);
      const args = { copyId: params.backup, isDeep };
      const dedup = `${params.backup} ${isDeep}`;
      return reply.code(202).send(await start(home, { kind: 'backup.drill', args, dedup, runAt }));
    },
  );

  api.post(
    '/tenants/:tenant/homes/:home/backups/:backup/restore',
    {
      schema: {
        operationId: 'restoreBackup',
        summary: 'Put a home back to a stored backup',
        description:
          'Brought back to the home when it no longer has it. What would end badly is refused, and a backup of how it is now is made before.',
        tags,
        params: backupParams,
        body: z.strictObject({
          confirm: z.literal(true).describe('What was changed since is lost, and Home Assistant restarts.'),
          restoreDatabase: z.boolean().default(false).describe('History and statistics too.'),
          notBefore,
        }),
        response: { 202: startedShape },
      },
    },
    async ({ params, body: { restoreDatabase, notBefore: runAt } }, reply) => {
      const home = await whose(params);
      await stored(home, params.backup);
      const args = { copyId: params.backup, restoreDatabase };
      const dedup = `${params.backup} ${restoreDatabase}`;
      return reply.code(202).send(await start(home, { kind: 'backup.restore', args, dedup, runAt }));
    },
  );

  api.delete(
    '/tenants/:tenant/homes/:home/backups/:backup',
    {
      schema: {
        operationId: 'removeBackup',
        summary: "Remove a backup from the hub's own store for good, the newest as well",
        tags,
        params: backupParams,
        response: { 204: z.null() },
      },
    },
    async ({ params }, reply) => {
      const home = await whose(params);
      const { store, found } = await stored(home, params.backup);
      await assertUnused(home, found);
      await markBackupRemoving(db, home.tenantId, params.backup);
      await store.remove(found.object);
      await dropBackup(db, home.tenantId, params.backup);
      log.info({ homeId: home.homeId, backupId: params.backup }, 'a stored backup was removed');
      return reply.code(204).send(null);
    },
  );

  api.post(
    '/tenants/:tenant/homes/:home/backups/kit',
    {
      schema: {
        operationId: 'makeEmergencyKit',
        summary: 'All that opens the backups of a home without a hub: as secret as they are',
        tags,
        params: homeParams,
        response: { 200: z.object({ kit: z.string().describe('A program for Node.js with the keys in it.') }) },
      },
    },
    async ({ params }) => {
      const { tenantId, homeId, name } = await whose(params);
      const backups = (await listBackups(db, tenantId, homeId)).filter(({ measured }) => measured !== undefined);
      const objectsOf = new Map<string, string[]>();
      for (const { id: backupId, object } of backups) {
        const key = await readHaKey(db, vault, tenantId, backupId);
        if (key !== undefined) objectsOf.set(key, [...(objectsOf.get(key) ?? []), object]);
      }
      log.warn({ homeId }, 'an emergency kit with the keys of a home was given out');
      const kit = emergencyKit({
        ...{ home: { id: homeId, name }, madeAt: new Date(), place: config.backupStore?.place, backups },
        homeKey: await homeBackupKey(db, vault, tenantId, homeId),
        haKeys: [...objectsOf].map(([key, objects]) => ({ key, objects })),
      });
      return { kit };
    },
  );
}

function inUse(how: string, { id: jobId, kind }: JobRecord): Fault {
  return new Fault('RESOURCE_LOCKED', `This backup is ${how} by the job ${jobId} (${kind}).`, {
    suggestion: `Wait for it, or end it first: hub jobs cancel ${jobId}`,
  });
}
