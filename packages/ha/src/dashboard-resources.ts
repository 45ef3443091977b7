import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';

const resourceSchema = z.looseObject({
  /** Missing where configuration.yaml lists the resources. */
  id: z.string().optional(),
  type: z.string(),
  url: z.string(),
});
const resourcesSchema = z.array(resourceSchema);

export type DashboardResource = z.infer<typeof resourceSchema>;

/** Files that every browser loads with the dashboards. Source: HA `lovelace/resources`. @throws Fault */
export async function listResources(home: Home, options: CallOptions = {}): Promise<readonly DashboardResource[]> {
  return resourcesSchema.parse(await home.send({ type: 'lovelace/resources' }, { ...options, isWrite: false }));
}

/** @throws Fault CONFIG_NOT_FOUND when the home lists its resources in YAML */
export async function createResource(
  home: Home,
  resource: { readonly type: string; readonly url: string },
  options: CallOptions = {},
): Promise<DashboardResource> {
  const fields = { res_type: resource.type, url: resource.url };
  return resourceSchema.parse(await write(home, 'create', fields, options));
}

/** @throws Fault SERVICE_CALL_FAILED for an unknown id, CONFIG_NOT_FOUND as above */
export async function updateResource(
  home: Home,
  id: string,
  resource: { readonly type: string; readonly url: string },
  options: CallOptions = {},
): Promise<DashboardResource> {
  const fields = { resource_id: id, res_type: resource.type, url: resource.url };
  return resourceSchema.parse(await write(home, 'update', fields, options));
}

/** @throws Fault as `updateResource` */
export async function deleteResource(home: Home, id: string, options: CallOptions = {}): Promise<void> {
  await write(home, 'delete', { resource_id: id }, options);
}

async function write(
  home: Home,
  act: 'create' | 'update' | 'delete',
  fields: Readonly<Record<string, unknown>>,
  options: CallOptions,
): Promise<unknown> {
  try {
    return await home.send({ ...fields, type: `lovelace/resources/${act}` }, { ...options, isWrite: true });
  } catch (error) {
    if (error instanceof Fault && error.context['ha_error_code'] === 'unknown_command') throw listedInYaml(error);
    throw error;
  }
}

/** The write commands exist only where Home Assistant stores the list itself. */
function listedInYaml(cause: Fault): Fault {
  return new Fault(
    'CONFIG_NOT_FOUND',
    'This home lists its dashboard resources in YAML, where they cannot be changed.',
    {
      suggestion: 'Edit lovelace: resources: in configuration.yaml, or take resource_mode: yaml out there.',
      cause,
    },
  );
}
