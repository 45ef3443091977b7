import { Fault } from '@hub/core/fault.ts';
import { callService } from '@hub/ha/services.ts';
import type { Update } from '@hub/ha/updates.ts';
import { watchUpdate } from '@hub/ha/watch-update.ts';
import { z } from 'zod';
import { defineJob, type JobContext, type Step } from '../define.ts';
import { betweenLooks, LOOK_AFTER_MS } from '../health/between-looks.ts';
import type { HomeAfter } from '../health/compare.ts';
import { BACKUP_MS, type BackupBefore, backUpBefore, backupWish } from './back-up-before.ts';

const argsShape = z.strictObject({
  entityId: z.string().regex(/^update\.[a-z0-9_]+$/),
  withBackup: z.boolean().default(false).describe("the update's own, of what it changes"),
  backupFirst: backupWish.optional().describe('of the home, a step of its own before the update is sent'),
});

type Args = z.output<typeof argsShape>;

export interface InstallResult {
  readonly entity_id: string;
  readonly title: string;
  readonly installed_version: string;
}

interface InstallOutcome extends InstallResult {
  /** Made before it, where one was wanted. */
  readonly backup?: BackupBefore;
  readonly health: HomeAfter;
}

const markerShape = z.object({ title: z.string(), from: z.string().nullable(), to: z.string() });

const MINUTE_MS = 60_000;
const DEADLINE_MS = 180 * MINUTE_MS;
/** After Home Assistant said that it is installed, the new version shows within seconds, or only after a restart. */
const AFTER_ANSWER_MS = 15_000;
/** After a lost answer: how long nothing may go on at a linked home before it is said that nobody knows. */
const AFTER_LOSS_MS = 90_000;

/**
 * One update: a backup first where one is wanted, then the update, started once and said to be installed when its new version is
 * seen, then a look at whether the home does as well as before.
 */
export const job = defineJob<Args, InstallOutcome>({
  kind: 'update.install',
  title: 'Install an update',
  isExclusive: true,
  args: argsShape,
  deadlineMs: BACKUP_MS + DEADLINE_MS + LOOK_AFTER_MS,
  async run(args, context) {
    const { entityId, backupFirst } = args;
    const offered = async () => assertInstallable(entityId, await read(entityId, context));
    const backup = backupFirst && (await backUpBefore(backupFirst, offered, context));
    return { ...(await installUpdate(args, context)), ...(backup && { backup }) };
  },
});

/** One update between two looks at the home. @throws Fault */
export function installUpdate(
  args: Pick<Args, 'entityId' | 'withBackup'>,
  context: JobContext,
): Promise<InstallResult & { readonly health: HomeAfter }> {
  return betweenLooks(
    () => context.step('install', installStep(args, context)),
    async ({ installed_version: version }) => {
      const shown = (await read(args.entityId, context))?.installedVersion ?? null;
      return shown === null ? null : shown === version;
    },
    context,
  );
}

/** @throws Fault */
async function read(entityId: string, { home, signal }: JobContext): Promise<Update | undefined> {
  await using watching = await watchUpdate(home, entityId, { signal });
  return watching.now();
}

/** Sent once: after a lost answer it is looked for, and waited for while it goes on. */
function installStep(
  { entityId, withBackup }: Pick<Args, 'entityId' | 'withBackup'>,
  context: JobContext,
): Step<InstallResult> {
  const { home, signal } = context;
  let told = -1;
  const onChange = ({ isInProgress, progress: percent, title }: Update) => {
    if (!isInProgress || told === (percent ?? 0)) return;
    told = percent ?? 0;
    context.progress(told, 100, `installing ${title}`).catch(() => undefined);
  };
  const watch = () => watchUpdate(home, entityId, { signal, onChange });
  return {
    async marker() {
      await using watching = await watch();
      return assertInstallable(entityId, watching.now());
    },
    async act(stored) {
      const marker = markerShape.parse(stored);
      await using watching = await watch();
      const isAnswered = await send(context, entityId, withBackup);
      const patienceMs = isAnswered ? AFTER_ANSWER_MS : AFTER_LOSS_MS;
      const end = await watching.untilInstalled(marker.to, { patienceMs, deadlineMs: DEADLINE_MS });
      if (end === 'installed') return resultOf(entityId, marker);
      throw unseen(entityId, marker.to, isAnswered);
    },
    async observe(stored) {
      const marker = markerShape.parse(stored);
      await using watching = await watch();
      // At once when it is seen; what goes on is waited for; what is neither may have failed or never have begun.
      const end = await watching.untilInstalled(marker.to, { patienceMs: AFTER_ANSWER_MS, deadlineMs: DEADLINE_MS });
      return end === 'installed' ? { is: 'done', result: resultOf(entityId, marker) } : { is: 'unknown' };
    },
  };
}

function resultOf(entityId: string, { title, to }: z.output<typeof markerShape>): InstallResult {
  return { entity_id: entityId, title, installed_version: to };
}

/** @throws Fault for what cannot be installed, before anything is sent */
export function assertInstallable(entityId: string, update: Update | undefined) {
  if (!update) {
    throw new Fault('ENTITY_NOT_FOUND', `There is no entity ${entityId} in this home.`, {
      suggestion: 'ha_manage_updates lists the updates.',
      context: { entity_id: entityId },
    });
  }
  const { isInProgress, latestVersion, installedVersion, title } = update;
  if (isInProgress || latestVersion === null || latestVersion === installedVersion) {
    throw new Fault(
      'RESOURCE_LOCKED',
      isInProgress ? `${title} is being installed already.` : `There is no update for ${title}.`,
      {
        suggestion: 'Nothing was done: ha_manage_updates with action get shows it.',
        context: { entity_id: entityId },
      },
    );
  }
  return { title, from: installedVersion, to: latestVersion };
}

/** True when the home answered, false when the answer was lost. @throws Fault with Home Assistant's reason */
async function send({ home, signal }: JobContext, entityId: string, withBackup: boolean): Promise<boolean> {
  const data = withBackup ? { backup: true } : {};
  try {
    await callService(home, 'update', 'install', {
      data,
      target: { entity_id: entityId },
      signal,
      deadlineMs: DEADLINE_MS,
    });
    return true;
  } catch (error) {
    if (error instanceof Fault && error.outcomeUnknown && !signal.aborted) return false;
    throw error;
  }
}

function unseen(entityId: string, version: string, isAnswered: boolean): Fault {
  return new Fault(
    'TIMEOUT_OPERATION',
    isAnswered
      ? `The home took the update, but does not show version ${version}.`
      : `The link broke, and the home does not show version ${version}.`,
    {
      suggestion:
        'Look with ha_manage_updates action get; some updates show only after a restart. Do not install it again blindly.',
      context: { entity_id: entityId },
      outcomeUnknown: true,
    },
  );
}
