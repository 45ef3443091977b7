import { listConfigEntries } from '@hub/ha/config-entries.ts';
import type { ToolContext } from '../define.ts';

const MAX_ITEMS = 100;
const NOTE =
  'config_entry_orphans: their integration is gone. stale_restored: no integration provides them any more, or not yet, shortly after a start. ha_remove_entity removes them.';

/** Entities that nothing brings to life any more: of integrations that are gone, or left over from before the last start. */
export async function deadEntities({ home, signal }: ToolContext) {
  const [entries, entities, states] = await Promise.all([
    listConfigEntries(home, undefined, { signal }),
    home.entities(),
    home.states(),
  ]);
  const known = new Set(entries.map((entry) => entry.entry_id));
  const all = [...entities.values()];
  const orphans = all.filter((entry) => entry.config_entry_id !== null && !known.has(entry.config_entry_id));
  const stale = all.filter((entry) => {
    const state = states.get(entry.entity_id);
    return state?.state === 'unavailable' && state.attributes['restored'] === true && !orphans.includes(entry);
  });
  const listed = (rows: typeof all) => ({
    items: rows.slice(0, MAX_ITEMS).map(({ entity_id, platform, config_entry_id }) => ({
      ...{ entity_id, platform, config_entry_id },
    })),
    count: Math.min(rows.length, MAX_ITEMS),
    total_count: rows.length,
  });
  return {
    config_entry_orphans: listed(orphans),
    stale_restored: listed(stale),
    summary: { candidate_total: orphans.length + stale.length, registry_total: all.length },
    config_entries_checked: entries.length,
    ...(orphans.length + stale.length > 0 ? { note: NOTE } : {}),
  };
}
