import type { ToolContext } from '../define.ts';
import { type DashboardConfig, readConfig } from './read-config.ts';
import { findDashboard } from './resolve.ts';

/** A dashboard as edits keep it. */
export interface DashboardItem {
  /** Title, icon and the like; null for the default one, which has none. */
  readonly dashboard: Readonly<Record<string, unknown>> | null;
  /** Null where Home Assistant makes up what it shows. */
  readonly config: DashboardConfig | null;
}

/** The whole of a dashboard as it stands now; undefined when there is none. @throws Fault */
export async function readItem(
  context: Pick<ToolContext, 'home' | 'signal'>,
  urlPath: string,
): Promise<DashboardItem | undefined> {
  const dashboard = await findDashboard(context, urlPath);
  if (!dashboard) return undefined;
  const config = (await readConfig(context, dashboard)) ?? null;
  const row = dashboard.row ?? null;
  return row === null && config === null ? undefined : { dashboard: row, config };
}
