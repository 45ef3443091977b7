import { Fault } from '@hub/core/fault.ts';
import type { View } from '@hub/ha/view.ts';
import { nearestIds } from '../shared/entity-not-found.ts';

/** The registry has no such entity: a wrong id, or one that an integration provides without a unique id. */
export async function noEntry(home: View, entityId: string, what: string): Promise<Fault> {
  const [entries, states] = await Promise.all([home.entities(), home.states()]);
  const near = nearestIds(entityId, entries.keys());
  const suggestion = states.has(entityId)
    ? `${entityId} has a state but no registry entry, because its integration gives it no unique id: it is set up where it is defined.`
    : near.length > 0
      ? `Did you mean ${near.join(', ')}?`
      : 'Look it up with ha_search.';
  return new Fault('SERVICE_CALL_FAILED', `${what}: ${entityId}`, { suggestion, context: { entity_id: entityId } });
}
