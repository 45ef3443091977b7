import { Fault } from '@hub/core/fault.ts';

/** A job of another connector does not exist for this one either. */
export function jobNotFound(id: string): Fault {
  return new Fault('RESOURCE_NOT_FOUND', 'There is no such job of this connector.', {
    suggestion: 'ha_list_jobs shows its jobs; give the job_id as the starting call answered it.',
    context: { job_id: id.slice(0, 60) },
  });
}
