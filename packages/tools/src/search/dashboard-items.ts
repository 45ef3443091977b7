import { type DashboardRow, listDashboards, readDashboard } from '@hub/ha/dashboards.ts';
import type { View } from '@hub/ha/view.ts';
import type { Budget } from './config-bodies.ts';
import { type SurfaceItems, settle } from './config-item.ts';

/** Every dashboard with the cards in it; one that Home Assistant makes up by itself has none. */
export async function dashboardItems(home: View, budget: Budget): Promise<SurfaceItems> {
  const { signal } = budget;
  const listed = await listDashboards(home, { signal });
  const hasDefault = listed.some(({ url_path: path }) => path === 'lovelace');
  const first: DashboardRow[] = hasDefault ? [] : [{ url_path: 'default', title: 'Default dashboard' }];
  const parts = await Promise.all(
    [...first, ...listed].map((row) =>
      settle(`dashboard ${row.url_path}`, budget, async () => {
        const config = await readDashboard(home, row.url_path === 'default' ? undefined : row.url_path, { signal });
        const title = row.title ?? row.url_path;
        const body = config !== null && typeof config === 'object' ? config : undefined;
        const item = {
          row: { dashboard_url: row.url_path, dashboard_title: title },
          names: [row.url_path, title],
          config: body,
        };
        return { items: [item], problems: [] };
      }),
    ),
  );
  return { items: parts.flatMap(({ items }) => items), problems: parts.flatMap(({ problems }) => problems) };
}
