import { Fault } from '@hub/core/fault.ts';
import { newId } from '@hub/core/ids.ts';
import type { Edit } from '@hub/db/edits.ts';
import { createStoredEdits } from '@hub/gate/stored-edits.ts';
import { createView } from '@hub/ha/mirrored-view.ts';
import {
  type Chain,
  type RevertContext,
  type Reverted,
  revert,
  revertDiff,
  type Standing,
  standingOf,
} from '@hub/tools/undo/revert.ts';
import type { Deps } from '../deps.ts';
import { OPERATOR } from './operator.ts';

/** A home that answers slowly, asked a few times. */
const DEADLINE_MS = 90_000;

export interface EditRestore {
  readonly standing: Standing;
  readonly diff: string;
  /** Undefined when nothing was written. */
  readonly reverted: Reverted | undefined;
}

/**
 * Takes one edit back: the item becomes what it was before, kept as an edit of the operator. Without `isConfirmed` it is only shown.
 * @throws Fault RESOURCE_LOCKED when the item was changed since; VALIDATION_FAILED when it cannot be written back
 */
export async function restoreEdit(
  deps: Deps,
  tenantId: string,
  edit: Edit,
  isConfirmed: boolean,
): Promise<EditRestore> {
  if (edit.state === 'failed') {
    throw new Fault('VALIDATION_FAILED', 'That write failed, so there is nothing to restore.', {
      context: { edit_id: edit.id },
    });
  }
  const { item, before, after } = edit;
  const chain: Chain = { item, before, after, edits: [{ ...edit, isOwn: false }] };
  const context = await openContext(deps, tenantId, edit.homeId);
  const standing = await standingOf(context, chain);
  const diff = revertDiff(chain, standing);
  if (!isConfirmed || standing.is === 'already') return { standing, diff, reverted: undefined };
  if (standing.is !== 'ready') throw refusal(edit, standing);
  return { standing, diff, reverted: await revert(context, item, before, standing.now) };
}

/** The whole home, as the operator sees it. @throws Fault HOME_NOT_FOUND when it was removed */
async function openContext({ homes, storage, log }: Deps, tenantId: string, homeId: string): Promise<RevertContext> {
  const { home, mirror } = await homes.hold(tenantId, homeId);
  const signal = AbortSignal.timeout(DEADLINE_MS);
  await home.ready({ signal });
  const origin = {
    tenantId,
    homeId,
    connectorId: undefined,
    actor: OPERATOR,
    callId: newId(),
    tool: 'hub edits restore',
  };
  return { home: createView(home, mirror), signal, edits: createStoredEdits({ ...storage, log }, origin) };
}

function refusal({ id, item }: Edit, { is, reason }: Standing): Fault {
  const context = { edit_id: id, kind: item.kind, item_id: item.id };
  if (is === 'stuck') {
    return new Fault('VALIDATION_FAILED', `${item.kind} ${item.id} cannot be restored: ${reason}`, {
      suggestion: `What it was: hub edits show ${id}`,
      context,
    });
  }
  const why = reason ?? 'it was changed since that edit.';
  return new Fault('RESOURCE_LOCKED', `${item.kind} ${item.id} is not restored: ${why}`, {
    suggestion: [
      'Nothing was changed: it would take away what somebody did after it.',
      `Restore the later edits first: hub edits list --kind ${item.kind} --item ${item.id}`,
    ],
    context,
  });
}
