import { Fault } from '@hub/core/fault.ts';
import { type DashboardRow, listDashboards } from '@hub/ha/dashboards.ts';
import type { ToolContext } from '../define.ts';

/** What people and models call the dashboard that Home Assistant opens with. */
const DEFAULT_NAMES = new Set(['', 'default', 'lovelace']);
const MAX_LISTED = 20;

export interface FoundDashboard {
  /** As answers name it: its url_path, or `default`. */
  readonly urlPath: string;
  /** As Home Assistant wants it; undefined for the default one. */
  readonly wirePath: string | undefined;
  /** The default one has no row until Home Assistant has made it a dashboard of its own. */
  readonly row: DashboardRow | undefined;
  /** The id it was named by, when that was not its url_path. */
  readonly resolvedFrom: string | undefined;
}

/** The dashboard that a url_path or an id names; undefined when the home has none such. @throws Fault */
export async function findDashboard(
  { home, signal }: Pick<ToolContext, 'home' | 'signal'>,
  given: string | undefined,
): Promise<FoundDashboard | undefined> {
  const wanted = (given ?? '').trim().replace(/^\/+/, '');
  const rows = await listDashboards(home, { signal });
  const isDefault = DEFAULT_NAMES.has(wanted);
  const byPath = rows.find((row) => row.url_path === (isDefault ? 'lovelace' : wanted));
  if (byPath) return found(byPath, undefined);
  if (isDefault) return { urlPath: wanted || 'default', wirePath: undefined, row: undefined, resolvedFrom: undefined };
  const byId = rows.find((row) => row.id === wanted);
  return byId && found(byId, wanted);
}

function found(row: DashboardRow, resolvedFrom: string | undefined): FoundDashboard {
  return { urlPath: row.url_path, wirePath: row.url_path, row, resolvedFrom };
}

/** Where a browser finds it. */
export function frontendPath({ wirePath }: FoundDashboard): string {
  return wirePath ?? 'lovelace';
}

/** @throws Fault SERVICE_CALL_FAILED in Home Assistant's own words, with the dashboards there are */
export async function foundDashboard(
  context: Pick<ToolContext, 'home' | 'signal'>,
  given: string | undefined,
  action: string,
): Promise<FoundDashboard> {
  const dashboard = await findDashboard(context, given);
  if (dashboard) return dashboard;
  const rows = await listDashboards(context.home, { signal: context.signal });
  const paths = ['default', ...rows.map((row) => row.url_path)].slice(0, MAX_LISTED);
  throw new Fault('SERVICE_CALL_FAILED', `Command failed: Unknown config specified: ${given}`, {
    suggestion: `Use one of the dashboards there are: ${paths.join(', ')}.`,
    context: { action, url_path: given, available_url_paths: paths },
  });
}
