import { Fault } from '@hub/core/fault.ts';
import type { FaultCode } from '@hub/core/fault-codes.ts';
import type { EntityState } from '@hub/ha/records.ts';
import type { View } from '@hub/ha/view.ts';
import { invalidParameter } from '../shared/invalid-parameter.ts';

const MAX_LISTED = 20;

/** The calendar of that id. @throws Fault VALIDATION_INVALID_PARAMETER for an id that is none; `absent` for one that is not there */
export async function findCalendar(home: View, entityId: string, absent: FaultCode): Promise<EntityState> {
  if (!entityId.startsWith('calendar.'))
    throw invalidParameter('entity_id', `'${entityId}' is no calendar.`, 'Name one, e.g. calendar.family.');
  const states = await home.states();
  const state = states.get(entityId);
  if (state) return state;
  const calendars = [...states.keys()].filter((id) => id.startsWith('calendar.')).slice(0, MAX_LISTED);
  throw new Fault(absent, `There is no calendar ${entityId} in this home.`, {
    suggestion: calendars.length > 0 ? `Use one of ${calendars.join(', ')}.` : 'This home has no calendar yet.',
    context: { entity_id: entityId, available_calendars: calendars },
  });
}
