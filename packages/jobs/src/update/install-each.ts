import { Fault } from '@hub/core/fault.ts';
import type { Update, UpdateCategory } from '@hub/ha/updates.ts';
import type { JobContext } from '../define.ts';
import type { HomeAfter } from '../health/compare.ts';
import { isAway } from '../is-away.ts';
import { type InstallResult, installUpdate } from './install.ts';

export type Pending = Pick<Update, 'entityId' | 'title' | 'canBackUp' | 'category' | 'latestVersion'>;

export type Installed = InstallResult & { readonly health: HomeAfter };

export interface Installs {
  readonly installed: readonly Installed[];
  readonly failed: readonly { readonly one: Pending; readonly fault: Fault }[];
  /** After it no other was begun: nobody knows what became of it (`fault`), or the home does worse or was not seen (`health`). */
  readonly stoppedBy?: { readonly one: Pending } & ({ readonly fault: Fault } | { readonly health: HomeAfter });
}

/** What restarts the home comes last. */
const ORDER: readonly UpdateCategory[] = ['devices', 'hacs', 'addons', 'other', 'supervisor', 'core', 'os'];

/** In the order in which they are best installed, and what is to be remembered of each. */
export function inOrder(updates: readonly Update[]): readonly Pending[] {
  return updates
    .toSorted((one, other) => ORDER.indexOf(one.category) - ORDER.indexOf(other.category))
    .map(({ entityId, title, canBackUp, category, latestVersion }) => ({
      ...{ entityId, title, canBackUp, category, latestVersion },
    }));
}

/**
 * One after the other. One that fails keeps the others from nothing; one that nobody knows of, or after which the home does worse
 * or was not seen, ends it, as nobody is there to look. @throws Fault when the home went away: the next attempt goes on from there
 */
export async function installEach(
  chosen: readonly Pending[],
  withOwnBackup: (one: Pending) => boolean,
  turnOf: (one: Pending) => JobContext,
): Promise<Installs> {
  const installed: Installed[] = [];
  const failed: { one: Pending; fault: Fault }[] = [];
  for (const one of chosen) {
    const end = await endOf({ entityId: one.entityId, withBackup: withOwnBackup(one) }, turnOf(one), installed);
    if ('health' in end) installed.push(end);
    else if (!end.fault.outcomeUnknown) failed.push({ one, fault: end.fault });
    if ('health' in end ? end.health.verdict !== 'not_worse' : end.fault.outcomeUnknown)
      return { installed, failed, stoppedBy: { one, ...end } };
  }
  return { installed, failed };
}

async function endOf(
  args: Parameters<typeof installUpdate>[0],
  context: JobContext,
  before: readonly Installed[],
): Promise<Installed | { readonly fault: Fault }> {
  try {
    return await installUpdate(args, context);
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof Fault)) throw error;
    if (!isAway(error)) return { fault: error };
    throw before.length === 0 ? error : afterSome(error, before);
  }
}

/** Should no attempt go on with the rest, the failure says what was done. */
function afterSome(fault: Fault, installed: readonly Installed[]): Fault {
  const { code, message, suggestions, context, outcomeUnknown } = fault;
  const titles = installed.map(({ title }) => title).join(', ');
  return new Fault(code, `${message} Installed before that: ${titles}.`, {
    ...{ suggestion: suggestions, context, outcomeUnknown, cause: fault },
  });
}

/** The steps of one update of several. */
export function stepsOf({ entityId }: Pending, context: JobContext): JobContext {
  return { ...context, step: (name, step) => context.step(`${name} ${entityId}`, step) };
}
