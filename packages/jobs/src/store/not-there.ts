import { Fault } from '@hub/core/fault.ts';
import type { CommunityStore } from '@hub/ha/community-store.ts';

export function notThere(id: string, store: CommunityStore): Fault {
  return new Fault('RESOURCE_NOT_FOUND', `There is no repository ${id} in ${store.name}.`, {
    suggestion: "Find it with ha_get_hacs_info action 'search'.",
    context: { repository_id: id },
  });
}
