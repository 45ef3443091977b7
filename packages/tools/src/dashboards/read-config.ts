import { Fault } from '@hub/core/fault.ts';
import { readDashboard } from '@hub/ha/dashboards.ts';
import { z } from 'zod';
import type { ToolContext } from '../define.ts';
import type { FoundDashboard } from './resolve.ts';

export const configShape = z.record(z.string(), z.unknown());

export type DashboardConfig = Readonly<Record<string, unknown>>;

/** What stands in a dashboard; undefined for one that Home Assistant makes up by itself. @throws Fault */
export async function readConfig(
  { home, signal }: Pick<ToolContext, 'home' | 'signal'>,
  { wirePath }: FoundDashboard,
  force = false,
): Promise<DashboardConfig | undefined> {
  const config = await readDashboard(home, wirePath, { signal, force });
  return configShape.safeParse(config).data;
}

/** The same, for who needs one to stand there. @throws Fault SERVICE_CALL_FAILED */
export async function readStoredConfig(
  context: Pick<ToolContext, 'home' | 'signal'>,
  dashboard: FoundDashboard,
  action: string,
  force = false,
): Promise<DashboardConfig> {
  const config = await readConfig(context, dashboard, force);
  if (config) return config;
  throw new Fault('SERVICE_CALL_FAILED', 'Command failed: No config found.', {
    suggestion: [
      'Nothing is stored for this dashboard: Home Assistant makes up what it shows.',
      'To give it cards of its own, send a config with ha_config_set_dashboard.',
    ],
    context: { action, url_path: dashboard.urlPath },
  });
}
