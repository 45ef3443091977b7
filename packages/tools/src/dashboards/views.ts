import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import type { DashboardConfig } from './read-config.ts';
import { type FoundDashboard, frontendPath } from './resolve.ts';

const viewShape = z.looseObject({
  path: z.string().optional().catch(undefined),
  title: z.string().optional().catch(undefined),
});

export type View = z.infer<typeof viewShape>;

/** The views of a dashboard; none for one that a strategy fills. What is no view is taken as an empty one, so that indexes hold. */
export function viewsOf(config: DashboardConfig): readonly View[] {
  const { views } = config;
  return Array.isArray(views) ? views.map((view) => viewShape.safeParse(view).data ?? {}) : [];
}

/** Where a browser shows each view; by path it stays the same when views are moved, by index it does not. */
export function renderPaths(dashboard: FoundDashboard, config: DashboardConfig) {
  const base = frontendPath(dashboard);
  return viewsOf(config).map(({ path, title }, index) => ({
    dashboard_url_path: base,
    view_index: index,
    view_path: path ?? null,
    title: title ?? null,
    render_path: `/${base}/${path ?? index}`,
    stable: path !== undefined,
  }));
}

/** One view by its path or its index. @throws Fault RESOURCE_NOT_FOUND with the views there are */
export function findView(config: DashboardConfig, wanted: string): { readonly view: View; readonly index: number } {
  const views = viewsOf(config);
  const byPath = views.findIndex(({ path }) => path === wanted);
  const index = byPath === -1 && /^\d+$/.test(wanted) ? Number(wanted) : byPath;
  const view = views[index];
  if (view) return { view, index };
  const known = views.map(({ path }, at) => path ?? String(at));
  throw new Fault('RESOURCE_NOT_FOUND', `\`view_path\`: this dashboard has no view '${wanted}'.`, {
    suggestion: known.length > 0 ? `Use a path or index: ${known.join(', ')}.` : 'It has no views of its own.',
    context: { view_path: wanted, available_views: known },
  });
}
