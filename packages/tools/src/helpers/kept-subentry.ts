import { Fault } from '@hub/core/fault.ts';
import { listSubentries } from '@hub/ha/config-entries.ts';
import { shownValues } from '@hub/ha/flow-fields.ts';
import { peekFlow } from '@hub/ha/run-flow.ts';
import type { ToolContext } from '../define.ts';

/** What is kept of a part of an entry: what the list tells, and what the form to change it is filled with, secrets left out. @throws Fault */
export async function keptSubentry(
  { home, signal }: Pick<ToolContext, 'home' | 'signal'>,
  entryId: string,
  subentryId: string,
) {
  const found = (await listSubentries(home, entryId, { signal })).find((one) => one.subentry_id === subentryId);
  if (!found) return undefined;
  const { subentry_type: type, title, unique_id: uniqueId = null } = found;
  const kept = { entry_id: entryId, subentry_id: subentryId, subentry_type: type, title, unique_id: uniqueId };
  try {
    const step = await peekFlow(home, { door: 'subentry', handler: [entryId, type], subentryId });
    return step.type === 'form' ? { ...kept, options: shownValues(step.data_schema ?? []) } : kept;
  } catch (error) {
    // Not every kind can be changed after it was made.
    if (error instanceof Fault && error.code !== 'CANCELLED') return kept;
    throw error;
  }
}
