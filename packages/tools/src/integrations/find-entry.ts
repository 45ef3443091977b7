import { Fault } from '@hub/core/fault.ts';
import { type ConfigEntry, listConfigEntries } from '@hub/ha/config-entries.ts';
import type { ToolContext } from '../define.ts';

/** One integration's entry; any account may look. @throws Fault RESOURCE_NOT_FOUND */
export async function findIntegration({ home, signal }: ToolContext, entryId: string): Promise<ConfigEntry> {
  const found = (await listConfigEntries(home, undefined, { signal })).find((one) => one.entry_id === entryId.trim());
  if (found) return found;
  throw new Fault('RESOURCE_NOT_FOUND', `There is no integration entry ${entryId}.`, {
    suggestion: 'ha_get_integration without entry_id lists the entries; domain or query narrow it.',
    context: { entry_id: entryId },
  });
}
