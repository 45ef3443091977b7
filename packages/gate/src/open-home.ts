import { Fault } from '@hub/core/fault.ts';
import { createGuardedView, notThere, withheld } from '@hub/ha/guarded-view.ts';
import { createView } from '@hub/ha/mirrored-view.ts';
import type { View } from '@hub/ha/view.ts';
import { createVisibility, type Visibility } from '@hub/ha/visibility.ts';
import type { ConnectorAccess } from './connector-access.ts';
import { type CallResult, faultResult } from './envelope.ts';
import type { HomeInUse } from './holder.ts';

/** A home for one call: what the connector may see of it, and the whole for judging what the call would do. */
export interface OpenHome {
  readonly view: View;
  readonly whole: View;
  /** Undefined for a connector without entity rules. */
  readonly visibility: Visibility | undefined;
}

export function openHome({ home, mirror }: HomeInUse, { settings }: ConnectorAccess): OpenHome {
  const whole = createView(home, mirror);
  if (!settings.visibility) return { view: whole, whole, visibility: undefined };
  const visibility = createVisibility(mirror, settings.visibility);
  return { view: createGuardedView(home, mirror, visibility), whole, visibility };
}

/** Hidden entities and their devices cannot be named, in whatever argument. @throws Fault ENTITY_NOT_FOUND */
export async function assertNamesVisible(open: OpenHome | undefined, named: unknown): Promise<void> {
  if (!open?.visibility) return;
  await open.visibility.refresh();
  const hidden = open.visibility.hiddenNamed(JSON.stringify(named));
  if (hidden !== undefined) throw notThere(hidden);
}

/** The last look at what goes out. */
export function shownResult(
  open: OpenHome | undefined,
  tool: string,
  result: CallResult,
  isWrite: boolean,
): CallResult {
  if (open?.visibility?.hiddenIn(result.text) === undefined) return result;
  const fault = withheld(tool);
  if (!isWrite) return faultResult(fault);
  const suggestion = ['It was done, and only its answer is withheld: do not repeat it.', ...fault.suggestions];
  return faultResult(new Fault(fault.code, fault.message, { suggestion }));
}

/** A failure may tell of what is hidden as well; an entity that is not there was named by the caller. */
export function shownFault(open: OpenHome | undefined, tool: string, fault: Fault): Fault {
  if (!open?.visibility || fault.code === 'ENTITY_NOT_FOUND') return fault;
  const { text } = faultResult(fault);
  if (open.visibility.hiddenIn(text) === undefined) return fault;
  return new Fault('ENTITY_VISIBILITY_ENFORCED', withheld(tool).message, { outcomeUnknown: fault.outcomeUnknown });
}
