import { Fault } from '@hub/core/fault.ts';
import type { Aliases } from '@hub/ha/entity-index.ts';
import type { EntityEntry } from '@hub/ha/records.ts';
import { findEntities } from '@hub/ha/registry-reads.ts';
import type { View } from '@hub/ha/view.ts';

const known = new WeakMap<ReadonlyMap<string, EntityEntry>, Aliases>();

/**
 * The aliases of all entities, which the registry's list leaves out. A changed registry is another map, so what is kept by it is
 * never old. A home that does not answer is searched without.
 */
export async function aliasesOf(
  home: View,
  entries: ReadonlyMap<string, EntityEntry>,
  signal: AbortSignal,
): Promise<Aliases> {
  const kept = known.get(entries);
  if (kept) return kept;
  try {
    const whole = await findEntities(home, [...entries.keys()], { signal });
    const aliases = new Map([...whole].map(([id, entry]) => [id, textsOf(entry)]));
    known.set(entries, aliases);
    return aliases;
  } catch (error) {
    if (error instanceof Fault && !signal.aborted) return new Map();
    throw error;
  }
}

/** A null among them stands for the entity's own name. */
export function textsOf({ aliases = [] }: EntityEntry): string[] {
  return aliases.filter((alias) => typeof alias === 'string').sort();
}
