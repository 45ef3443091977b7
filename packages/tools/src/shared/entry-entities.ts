import { waitForEntity } from '@hub/ha/wait-for.ts';
import type { ToolContext } from '../define.ts';

export interface EntryEntities {
  /** What the entry brought, disabled ones too. */
  readonly ids: readonly string[];
  /** All that are enabled have a state. */
  readonly isShown: boolean;
}

/** The entities of an integration's entry, waiting up to `deadlineMs` for the events that show them. */
export async function entryEntities(
  { home, signal }: ToolContext,
  entryId: string,
  deadlineMs: number,
): Promise<EntryEntities> {
  const until = performance.now() + deadlineMs;
  for (;;) {
    const own = [...(await home.entities()).values()].filter((one) => one.config_entry_id === entryId);
    const ids = own.map((one) => one.entity_id).sort();
    const states = await home.states();
    const enabled = own.filter((one) => one.disabled_by === null);
    if (own.length > 0 && enabled.every((one) => states.has(one.entity_id))) return { ids, isShown: true };
    const known = new Set(states.keys());
    const leftMs = until - performance.now();
    // A registry entry comes before its state, so each new state may be the one.
    const isNews = ({ entity_id: id }: { readonly entity_id: string }) => !known.has(id);
    if (leftMs <= 0 || !(await waitForEntity(home, isNews, { deadlineMs: leftMs, signal })))
      return { ids, isShown: false };
  }
}
