import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';

const dashboardSchema = z.looseObject({ url_path: z.string(), title: z.string().optional() });
const dashboardsSchema = z.array(dashboardSchema);

export type DashboardRow = z.infer<typeof dashboardSchema>;

/** Dashboards beside the default one. Source: HA `lovelace/dashboards/list`. @throws Fault */
export async function listDashboards(home: Home, options: CallOptions = {}): Promise<readonly DashboardRow[]> {
  return dashboardsSchema.parse(await home.send({ type: 'lovelace/dashboards/list' }, { ...options, isWrite: false }));
}

/** What stands in a dashboard; undefined for one that Home Assistant makes up by itself. `urlPath` undefined: the default one. @throws Fault */
export async function readDashboard(
  home: Home,
  urlPath: string | undefined,
  options: CallOptions = {},
): Promise<unknown> {
  try {
    return await home.send({ type: 'lovelace/config', url_path: urlPath ?? null }, { ...options, isWrite: false });
  } catch (error) {
    if (error instanceof Fault && error.context['ha_error_code'] === 'config_not_found') return undefined;
    throw error;
  }
}
