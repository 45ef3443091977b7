import { createResource, deleteResource, listResources, updateResource } from '@hub/ha/dashboard-resources.ts';
import { createDashboard, deleteDashboard, saveDashboard, updateDashboard } from '@hub/ha/dashboards.ts';
import { readItem } from '../dashboards/dashboard-item.ts';
import { findDashboard } from '../dashboards/resolve.ts';
import { type Applied, type Applier, changesTo, type ItemContext, omit, type Row, rowOf } from './applier.ts';

const FIELDS = ['title', 'require_admin', 'show_in_sidebar'];

export const dashboardApplier: Applier = {
  essence(item) {
    if (item === undefined) return undefined;
    const { dashboard, config } = rowOf(item);
    return { dashboard: dashboard ? omit(dashboard, ['id', 'mode']) : null, config };
  },
  read: (context, id) => readItem(context, id),
  obstacle(wanted, now) {
    const isMadeUp = wanted !== undefined && rowOf(wanted)['config'] === null && rowOf(now)['config'] != null;
    return isMadeUp || (wanted === undefined && rowOf(now)['dashboard'] === null)
      ? 'Home Assistant made up what this dashboard showed before, and nothing from outside hands it back: in the editor, take control off it.'
      : undefined;
  },
  async write(context, urlPath, wanted, now) {
    const { home, signal } = context;
    const found = await findDashboard(context, urlPath);
    const id = found?.row?.id;
    if (wanted === undefined) {
      if (id !== undefined) await deleteDashboard(home, id, { signal });
      return {};
    }
    return restore(context, urlPath, { row: rowOf(rowOf(wanted)['dashboard']), config: rowOf(wanted)['config'] }, now);
  },
};

async function restore(
  context: ItemContext,
  urlPath: string,
  wanted: { readonly row: Row; readonly config: unknown },
  now: unknown,
): Promise<Applied> {
  const { home, signal } = context;
  const { row, config } = wanted;
  if (now === undefined) {
    const icon = row['icon'] ? { icon: row['icon'] } : {};
    const fields = Object.fromEntries(FIELDS.flatMap((key) => (row[key] === undefined ? [] : [[key, row[key]]])));
    await createDashboard(home, { url_path: urlPath, ...fields, ...icon }, { signal });
  } else {
    const had = rowOf(rowOf(now)['dashboard']);
    const changes = { ...changesTo(row, had, FIELDS, undefined), ...changesTo(row, had, ['icon'], null) };
    const id = had['id'];
    if (typeof id === 'string' && Object.keys(changes).length > 0) await updateDashboard(home, id, changes, { signal });
  }
  if (config === null || config === undefined) return {};
  const found = await findDashboard(context, urlPath);
  await saveDashboard(home, found ? found.wirePath : urlPath, rowOf(config), { signal });
  return {};
}

export const resourceApplier: Applier = {
  essence: (item) => omit(item, ['id']),
  read: async ({ home, signal }, id) => (await listResources(home, { signal })).find((one) => one.id === id),
  async write({ home, signal }, id, wanted, now) {
    if (wanted === undefined) {
      await deleteResource(home, id, { signal });
      return {};
    }
    const resource = { type: String(rowOf(wanted)['type']), url: String(rowOf(wanted)['url']) };
    if (now !== undefined) await updateResource(home, id, resource, { signal });
    const made = now === undefined ? (await createResource(home, resource, { signal })).id : id;
    return { id: made };
  },
};
