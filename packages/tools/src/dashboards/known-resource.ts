import { Fault } from '@hub/core/fault.ts';
import { type DashboardResource, listResources } from '@hub/ha/dashboard-resources.ts';
import type { ToolContext } from '../define.ts';

const MAX_LISTED = 20;

/** The resource as the home has it now; undefined when there is none of this id. @throws Fault */
export async function findResource(
  { home, signal }: ToolContext,
  isWanted: (resource: DashboardResource) => boolean,
): Promise<DashboardResource | undefined> {
  return (await listResources(home, { signal })).find(isWanted);
}

/** @throws Fault VALIDATION_INVALID_PARAMETER for an empty id, RESOURCE_NOT_FOUND with those there are */
export async function knownResource(context: ToolContext, id: string): Promise<DashboardResource> {
  if (id.trim() === '') {
    throw new Fault('VALIDATION_INVALID_PARAMETER', '`resource_id` is empty.', {
      suggestion: 'ha_config_list_dashboard_resources shows the ids.',
      context: { parameter: 'resource_id', value: id },
    });
  }
  const all = await listResources(context.home, { signal: context.signal });
  const resource = all.find((one) => one.id === id);
  if (resource) return resource;
  throw new Fault('RESOURCE_NOT_FOUND', `Dashboard resource not found: ${id}`, {
    suggestion: 'Use an id that ha_config_list_dashboard_resources shows.',
    context: { resource_id: id, available_resource_ids: all.flatMap((one) => one.id ?? []).slice(0, MAX_LISTED) },
  });
}
