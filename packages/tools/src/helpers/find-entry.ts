import { Fault } from '@hub/core/fault.ts';
import { type ConfigEntry, listConfigEntries, readConfigEntry } from '@hub/ha/config-entries.ts';
import type { ToolContext } from '../define.ts';
import type { EntryKind } from './kinds.ts';

const MAX_LISTED = 20;

/** The id of the integration's entry that an entry id or the id of one of its entities means. @throws Fault */
export async function entryIdOf({ home }: ToolContext, given: string): Promise<string> {
  const wanted = given.trim();
  if (!wanted.includes('.')) return wanted;
  return (await home.entities()).get(wanted)?.config_entry_id ?? wanted;
}

/** The helper of this kind that an entry id or an entity id means. @throws Fault ENTITY_NOT_FOUND | VALIDATION_INVALID_PARAMETER */
export async function findEntry(
  context: ToolContext,
  kind: EntryKind,
  given: string,
  parameter: string,
): Promise<ConfigEntry> {
  const { home, signal } = context;
  const entry = await readConfigEntry(home, await entryIdOf(context, given), { signal });
  if (entry?.domain === kind) return entry;
  if (entry) {
    throw new Fault(
      'VALIDATION_INVALID_PARAMETER',
      `\`${parameter}\`: ${given} belongs to ${entry.domain}, not ${kind}.`,
      {
        suggestion: `Name helper_type '${entry.domain}', or another helper.`,
        context: { parameter, helper_type: kind, entry_id: entry.entry_id },
      },
    );
  }
  const known = await listConfigEntries(home, kind, { signal });
  throw new Fault('ENTITY_NOT_FOUND', `\`${parameter}\`: this home has no ${kind} helper '${given}'.`, {
    suggestion: [
      `ha_config_list_helpers with helper_type '${kind}' shows what there is.`,
      'The entry id and the id of one of its entities are both accepted.',
    ],
    context: {
      ...{ parameter, helper_type: kind, helper_id: given },
      available_helper_ids: known.slice(0, MAX_LISTED).map((one) => one.entry_id),
    },
  });
}
