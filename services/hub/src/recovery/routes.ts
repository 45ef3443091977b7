import { Fault } from '@hub/core/fault.ts';
import { beginRecovery, confirmRecovery, readRecovery, reviewRecovery } from '@hub/db/recovery.ts';
import { z } from 'zod';
import type { Api } from '../api/api-scope.ts';
import { when } from '../api/field-shapes.ts';
import type { Storage } from '../storage.ts';
import type { Marks } from './marks.ts';

export interface RecoveryDeps {
  readonly storage: Pick<Storage, 'db' | 'vault'>;
  readonly marks: Marks;
}

const connector = z.object({ credentialId: z.string(), tenant: z.string(), connector: z.string() });

export const recoveryShape = z
  .object({
    isRecovering: z.boolean(),
    reason: z.string().optional(),
    recoveredTo: when.optional().describe('As of when the database is.'),
    revived: z.array(connector).describe('Known to have been ended since; confirming ends them again.'),
    valid: z.array(connector).describe('All others that open something: what was revoked unseen is among them.'),
    unfinishedJobs: z
      .array(z.object({ id: z.string(), tenant: z.string(), kind: z.string(), state: z.string() }))
      .describe('Confirming ends them, as they may have run since.'),
    oldKeys: z.array(z.object({ tenant: z.string(), keyId: z.number(), isInRing: z.boolean() })),
  })
  .meta({ id: 'Recovery' });

const tags = ['database'];

/** The same while a hub serves, and while it serves nothing else. */
export function recoveryRoutes(api: Api, { storage: { db, vault }, marks }: RecoveryDeps): void {
  async function look() {
    const recovery = await readRecovery(db);
    if (!recovery) return { isRecovering: false, revived: [], valid: [], unfinishedJobs: [], oldKeys: [] };
    const mark = await marks.read();
    const { revived, valid, unfinishedJobs, oldKeys } = await reviewRecovery(db, vault.ring, new Set(mark?.ended));
    return {
      ...{ isRecovering: true, reason: recovery.reason, recoveredTo: recovery.recoveredTo.toISOString() },
      ...{ revived: [...revived], valid: [...valid], unfinishedJobs: [...unfinishedJobs], oldKeys: [...oldKeys] },
    };
  }

  api.get(
    '/recovery',
    {
      schema: {
        operationId: 'reviewRecovery',
        summary: 'What came back with a database that was restored',
        tags,
        response: { 200: recoveryShape },
      },
    },
    look,
  );

  api.post(
    '/recovery/begin',
    {
      schema: {
        operationId: 'beginRecovery',
        summary: 'Say that the database was restored: hubs end, and serve nobody until it is confirmed',
        tags,
        response: { 200: recoveryShape },
      },
    },
    async () => {
      await beginRecovery(db, 'An operator said that the database was restored.');
      return look();
    },
  );

  api.post(
    '/recovery/confirm',
    {
      schema: {
        operationId: 'confirmRecovery',
        summary: 'End again what had been ended, end unfinished jobs, and serve',
        tags,
        response: { 200: recoveryShape },
      },
    },
    async () => {
      if (!(await readRecovery(db))) {
        throw new Fault('RESOURCE_NOT_FOUND', 'There is no restored database to confirm.', {
          suggestion: 'Begin with: hub recover --begin',
        });
      }
      const reviewed = await look();
      const mark = await marks.read();
      await confirmRecovery(db, new Set(mark?.ended), mark?.beat ?? 0);
      return { ...reviewed, isRecovering: false };
    },
  );
}
