import { Fault } from '@hub/core/fault.ts';
import { enableConfigEntry, readConfigEntry } from '@hub/ha/config-entries.ts';
import type { ToolContext } from '../define.ts';
import { keptEntry } from '../shared/kept-entry.ts';
import { withChanges } from '../shared/with-changes.ts';

/** Stops or starts an integration's entry. @throws Fault SERVICE_CALL_FAILED when there is none, or when it is disabled by something else */
export async function enable(context: ToolContext, entryId: string, isEnabled: boolean) {
  const { home, edits, signal } = context;
  if (!(await readConfigEntry(home, entryId, { signal }))) {
    throw new Fault('SERVICE_CALL_FAILED', `There is no integration entry ${entryId}.`, {
      suggestion: 'ha_get_integration lists the entries.',
      context: { entry_id: entryId },
    });
  }
  let requiresRestart = false;
  await edits.change({
    item: { kind: 'config_entry', id: entryId },
    read: () => keptEntry(context, entryId),
    async write() {
      requiresRestart = await enableConfigEntry(home, entryId, isEnabled, { signal });
    },
    plan: (before) => withChanges(before, { disabled_by: isEnabled ? null : 'user' }),
  });
  const entry = await readConfigEntry(home, entryId, { signal });
  const name = `${entry?.domain ?? ''} (${entry?.title ?? entryId})`;
  const state = entry?.state ?? null;
  const isAmiss = isEnabled && !requiresRestart && state !== 'loaded';
  const reason = entry?.reason ? `: ${entry.reason}` : '';
  return {
    ...{ success: true as const, entry_id: entryId, enabled: isEnabled, state, require_restart: requiresRestart },
    message: `${isEnabled ? 'Enabled' : 'Disabled'} ${name}.`,
    note: requiresRestart ? 'It takes effect after a restart of Home Assistant.' : 'It is in effect.',
    ...(isAmiss ? { partial: true as const, warnings: [`It is enabled, but its state is ${state}${reason}.`] } : {}),
  };
}
