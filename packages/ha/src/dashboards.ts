import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';

const dashboardSchema = z.looseObject({
  /** Missing on dashboards that configuration.yaml defines. */
  id: z.string().optional(),
  url_path: z.string(),
  title: z.string().optional(),
  icon: z.string().nullish(),
  show_in_sidebar: z.boolean().optional(),
  require_admin: z.boolean().optional(),
  mode: z.string().optional(),
});
const dashboardsSchema = z.array(dashboardSchema);

export type DashboardRow = z.infer<typeof dashboardSchema>;

type Fields = Readonly<Record<string, unknown>>;

/** Dashboards beside the default one. Source: HA `lovelace/dashboards/list`. @throws Fault */
export async function listDashboards(home: Home, options: CallOptions = {}): Promise<readonly DashboardRow[]> {
  return dashboardsSchema.parse(await home.send({ type: 'lovelace/dashboards/list' }, { ...options, isWrite: false }));
}

/**
 * What stands in a dashboard; undefined for one that Home Assistant makes up by itself. `urlPath` undefined: the default one.
 * `force` has a dashboard in YAML read from its file again. @throws Fault
 */
export async function readDashboard(
  home: Home,
  urlPath: string | undefined,
  { force, ...options }: CallOptions & { readonly force?: boolean } = {},
): Promise<unknown> {
  const command = { type: 'lovelace/config', url_path: urlPath ?? null, ...(force ? { force } : {}) };
  try {
    return await home.send(command, { ...options, isWrite: false });
  } catch (error) {
    if (error instanceof Fault && error.context['ha_error_code'] === 'config_not_found') return undefined;
    throw error;
  }
}

/**
 * Replaces what stands in a dashboard; whoever saves last wins. Answered once it is stored and told as `lovelace_updated`.
 * A frame above 4 MiB costs the link. Needs an administrator. Source: HA `lovelace/config/save`. @throws Fault
 */
export async function saveDashboard(
  home: Home,
  urlPath: string | undefined,
  config: Fields,
  options: CallOptions = {},
): Promise<void> {
  await home.send({ type: 'lovelace/config/save', url_path: urlPath ?? null, config }, { ...options, isWrite: true });
}

/** `fields`: url_path with a hyphen, title, icon, require_admin, show_in_sidebar. @throws Fault VALIDATION_FAILED | SERVICE_CALL_FAILED when the path is taken */
export async function createDashboard(home: Home, fields: Fields, options: CallOptions = {}): Promise<DashboardRow> {
  const command = { ...fields, type: 'lovelace/dashboards/create' };
  return dashboardSchema.parse(await home.send(command, { ...options, isWrite: true }));
}

/** Changes the given fields; null takes the icon away. `id` is not the url_path. @throws Fault */
export async function updateDashboard(
  home: Home,
  id: string,
  fields: Fields,
  options: CallOptions = {},
): Promise<DashboardRow> {
  const command = { ...fields, type: 'lovelace/dashboards/update', dashboard_id: id };
  return dashboardSchema.parse(await home.send(command, { ...options, isWrite: true }));
}

/** Removes a dashboard with everything in it. @throws Fault */
export async function deleteDashboard(home: Home, id: string, options: CallOptions = {}): Promise<void> {
  await home.send({ type: 'lovelace/dashboards/delete', dashboard_id: id }, { ...options, isWrite: true });
}
