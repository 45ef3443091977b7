import { counted } from '@hub/core/counted.ts';
import { Fault } from '@hub/core/fault.ts';
import { readUpdates } from '@hub/ha/updates.ts';
import { z } from 'zod';
import { defineJob, type JobContext, type Step } from '../define.ts';
import { LOOK_AFTER_MS } from '../health/between-looks.ts';
import type { HomeAfter } from '../health/compare.ts';
import { BACKUP_MS, type BackupBefore, backUpBefore, backupWish } from './back-up-before.ts';
import { assertInstallable } from './install.ts';
import { type Installs, inOrder, installEach, type Pending, stepsOf } from './install-each.ts';

const argsShape = z.strictObject({
  entityIds: z.array(z.string().regex(/^update\.[a-z0-9_]+$/)).min(1),
  backupFirst: backupWish.describe('of the home, once, before the first of them'),
});

type Args = z.output<typeof argsShape>;

/** What became of one; in the words of tools, as they are read from the job by whoever follows it. */
export interface SeveralRow {
  readonly entity_id: string;
  readonly success: boolean;
  readonly status: 'installed' | 'failed' | 'unknown';
  readonly installed_version?: string;
  readonly health?: HomeAfter;
  readonly error?: { readonly code: string; readonly message: string };
}

interface SeveralResult {
  readonly results: readonly SeveralRow[];
  /** Made before all of them; missing where none could be installed. */
  readonly backup?: BackupBefore;
}

interface Chosen {
  readonly updates: readonly Pending[];
  readonly refused: readonly SeveralRow[];
}

const HOUR_MS = 3_600_000;

/**
 * Updates that a person named, one after the other, after one backup of the home for all of them: when it fails, nothing is
 * installed. What becomes of each is its row; after one that nobody knows of, or that left the home worse, no other is begun.
 */
export const job = defineJob<Args, SeveralResult>({
  kind: 'update.install-several',
  title: 'Install several updates after one backup',
  isExclusive: true,
  args: argsShape,
  deadlineMs: BACKUP_MS + 12 * HOUR_MS + LOOK_AFTER_MS,
  async run(args, context) {
    const { updates, refused } = await context.step('choose', chooseStep(args, context));
    const [first] = updates;
    if (!first) return { results: refused };
    const title = updates.length === 1 ? first.title : counted(updates.length, 'update');
    const to = updates.length === 1 ? (first.latestVersion ?? '') : '';
    const backup = await backUpBefore(args.backupFirst, async () => ({ title, to }), context);
    const installs = await installEach(
      updates,
      () => false,
      (one) => stepsOf(one, context),
    );
    return { results: [...rowsOf(updates, installs), ...refused], backup };
  },
});

/** Chosen once: a later attempt goes on with the same, those installed by then among them. */
function chooseStep({ entityIds }: Args, { home, signal }: JobContext): Step<Chosen> {
  return {
    marker: () => ({}),
    async act() {
      const there = await readUpdates(home, ({ entity_id: id }) => entityIds.includes(id), { signal });
      const refused = entityIds.flatMap((id) => {
        const why = whyNot(() =>
          assertInstallable(
            id,
            there.find(({ entityId }) => entityId === id),
          ),
        );
        return why ? [failedRow(id, why)] : [];
      });
      const isRefused = (id: string) => refused.some((row) => row.entity_id === id);
      return { updates: inOrder(there.filter(({ entityId }) => !isRefused(entityId))), refused };
    },
    observe: async () => ({ is: 'not_done' }),
  };
}

function whyNot(assert: () => unknown): Fault | undefined {
  try {
    assert();
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

function rowsOf(updates: readonly Pending[], { installed, failed, stoppedBy }: Installs): readonly SeveralRow[] {
  return updates.map(({ entityId }) => {
    const done = installed.find((one) => one.entity_id === entityId);
    if (done) {
      const { installed_version, health } = done;
      return { entity_id: entityId, success: true, status: 'installed', installed_version, health };
    }
    const fault = failed.find(({ one }) => one.entityId === entityId)?.fault;
    if (fault) return failedRow(entityId, fault);
    if (stoppedBy && 'fault' in stoppedBy && stoppedBy.one.entityId === entityId)
      return { ...failedRow(entityId, stoppedBy.fault), success: true, status: 'unknown' };
    return failedRow(entityId, notBegun(stoppedBy));
  });
}

function failedRow(entityId: string, { code, message }: Pick<Fault, 'code' | 'message'>): SeveralRow {
  return { entity_id: entityId, success: false, status: 'failed', error: { code, message } };
}

function notBegun(stoppedBy: Installs['stoppedBy']): Pick<Fault, 'code' | 'message'> {
  const because =
    stoppedBy && 'health' in stoppedBy
      ? stoppedBy.health.verdict === 'worse'
        ? 'the home does worse since'
        : 'nobody knows how the home does since'
      : 'nobody knows what became of';
  return { code: 'SERVICE_CALL_FAILED', message: `It was not begun, as ${because} ${stoppedBy?.one.title}.` };
}
