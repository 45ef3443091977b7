import { Fault } from '@hub/core/fault.ts';
import { listPendingUpdates, UPDATE_CATEGORIES } from '@hub/ha/updates.ts';
import { z } from 'zod';
import { defineJob, type JobContext, type Step } from '../define.ts';
import type { HomeAfter } from '../health/compare.ts';
import { BACKUP_MS, type BackupBefore, backUpBefore, backupWishOf } from './back-up-before.ts';
import { type Installed, type Installs, inOrder, installEach, type Pending, stepsOf } from './install-each.ts';

export const pendingUpdatesArgs = z.strictObject({
  categories: z.array(z.enum(UPDATE_CATEGORIES)).min(1).describe('what may be updated with nobody there'),
  withBackup: z
    .boolean()
    .default(true)
    .describe(
      'of the home before Home Assistant, its system, or a device that cannot back itself up; else the own one of each update that has it',
    ),
});

/** Set by the schedule: no further update begins later. */
const argsShape = pendingUpdatesArgs.extend({ notAfter: z.iso.datetime().optional() });

type Args = z.output<typeof argsShape>;

export interface PendingResult {
  readonly installed: readonly Installed[];
  /** Not begun, as the maintenance window closed; by entity id. */
  readonly left: readonly string[];
  readonly backup?: BackupBefore;
}

const HOUR_MS = 3_600_000;

/**
 * All updates that wait in some categories, one after the other. One that fails keeps the others from nothing. One that nobody
 * knows of, or after which the home does worse or was not seen, ends it: nobody is there to look. So does a home that went away,
 * and the next attempt goes on from there.
 */
export const job = defineJob<Args, PendingResult>({
  kind: 'update.install-pending',
  title: 'Install all updates that wait',
  isExclusive: true,
  args: argsShape,
  deadlineMs: BACKUP_MS + 12 * HOUR_MS,
  async run(args, context) {
    const chosen = await context.step('choose', chooseStep(args, context));
    const backup = args.withBackup ? await backUpBeforeAny(chosen, args, context) : undefined;
    const { installed, failed, stoppedBy } = await installEach(
      chosen,
      ({ canBackUp, category }) => args.withBackup && canBackUp && backupWishOf(category) === undefined,
      (one) => turnOf(one, args.notAfter, context),
    );
    if (stoppedBy) throw 'fault' in stoppedBy ? stoppedBy.fault : notWell(stoppedBy.one.title, stoppedBy.health);
    const isLate = ({ fault }: (typeof failed)[number]) => fault.code === 'MAINTENANCE_WINDOW_CLOSED';
    const refused = failed.filter((one) => !isLate(one));
    if (refused.length > 0) throw notAll(chosen.length, refused);
    const left = failed.filter(isLate).map(({ one }) => one.entityId);
    if (left.length > 0 && installed.length === 0) throw tooLate(args.notAfter);
    return { installed, left, ...(backup && { backup }) };
  },
});

/** Chosen once: a later attempt goes on with the same. */
function chooseStep({ categories }: Args, { home, signal }: JobContext): Step<readonly Pending[]> {
  return {
    marker: () => ({}),
    async act() {
      const pending = await listPendingUpdates(home, { signal });
      return inOrder(pending.filter(({ category }) => categories.includes(category)));
    },
    observe: async () => ({ is: 'not_done' }),
  };
}

/** Of a device that cannot back itself up the home keeps what belongs to it. */
function wishOf({ category, canBackUp }: Pending) {
  return backupWishOf(category) ?? (category === 'devices' && !canBackUp ? 'home_assistant' : undefined);
}

/** One backup before all of them, where one of them wants it: of as much as the last of those may take away. */
async function backUpBeforeAny(
  chosen: readonly Pending[],
  { notAfter }: Args,
  context: JobContext,
): Promise<BackupBefore | undefined> {
  const last = chosen.findLast((one) => wishOf(one) !== undefined);
  const wish = last && wishOf(last);
  if (!last || !wish) return undefined;
  const { title, latestVersion } = last;
  const offered = async () => {
    assertInTime(notAfter);
    return { title, to: latestVersion ?? '' };
  };
  return backUpBefore(wish, offered, context);
}

/** The steps of one update of several. None of them begins after a moment; one that began before is still looked after. */
function turnOf(one: Pending, notAfter: string | undefined, context: JobContext): JobContext {
  const own = stepsOf(one, context);
  const step: JobContext['step'] = (name, inner) =>
    own.step(name, {
      ...inner,
      act(marker) {
        assertInTime(notAfter);
        return inner.act(marker);
      },
    });
  return { ...own, step };
}

/** @throws Fault MAINTENANCE_WINDOW_CLOSED */
function assertInTime(notAfter: string | undefined): void {
  if (notAfter !== undefined && Date.now() > Date.parse(notAfter)) throw tooLate(notAfter);
}

function tooLate(notAfter: string | undefined): Fault {
  return new Fault('MAINTENANCE_WINDOW_CLOSED', `The maintenance window closed at ${notAfter} before it could begin.`, {
    suggestion: 'The next start of the schedule tries again: hub schedules list',
  });
}

function notWell(title: string, { verdict, because }: HomeAfter): Fault {
  const how = verdict === 'worse' ? 'The home does worse' : 'Nobody knows how the home does';
  return new Fault('SERVICE_CALL_FAILED', `${how} since ${title} was updated. ${because.join(' ')}`, {
    suggestion:
      'It is installed, and no further update was begun. Look at the home; the next start of the schedule goes on.',
  });
}

function notAll(total: number, failed: Installs['failed']): Fault {
  const reasons = failed.map(({ one, fault }) => `${one.title}: ${fault.message}`).join(' · ');
  const message = `${failed.length} of ${total} updates were not installed. ${reasons}`;
  return new Fault('SERVICE_CALL_FAILED', message, { suggestion: 'Look at each with ha_manage_updates action get.' });
}
