import { Fault } from '@hub/core/fault.ts';
import { deleteDashboard, listDashboards } from '@hub/ha/dashboards.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { previewParameter, successShape } from '../shared/parameters.ts';
import { readItem } from './dashboard-item.ts';
import { findDashboard } from './resolve.ts';

const MAX_LISTED = 20;

export const tool = defineTool({
  name: 'ha_config_delete_dashboard',
  title: 'Delete Dashboard',
  docs: 'Removes a dashboard with all its views and cards; the hub keeps them as an edit. To only hide it, set show_in_sidebar to false with ha_config_set_dashboard; to remove a view or card, use a python_transform there.',
  tags: ['Dashboards'],
  scope: 'home',
  effect: 'destroy',
  idempotent: true,
  input: z.strictObject({
    url_path: z.string().describe('its url_path or id, from ha_config_get_dashboard list_only'),
    preview: previewParameter,
  }),
  output: z.strictObject({
    ...successShape,
    action: z.literal('delete'),
    url_path: z.string(),
    resolved_id: z.string().optional(),
    message: z.string(),
  }),
  items: ({ url_path: id }) => [{ kind: 'dashboard', id }],
  async run({ url_path: given }, context) {
    const { home, edits, signal } = context;
    if (given.trim() === '') {
      throw new Fault('VALIDATION_INVALID_PARAMETER', '`url_path` is empty.', {
        suggestion: 'Name the dashboard; ha_config_get_dashboard with list_only shows them.',
        context: { parameter: 'url_path', value: given },
      });
    }
    const row = (await findDashboard(context, given))?.row;
    if (!row) throw await notThere(context, given);
    const { id, url_path: urlPath, title } = row;
    if (id === undefined) {
      throw new Fault('CONFIG_NOT_FOUND', `Dashboard ${urlPath} is kept in YAML and cannot be removed from here.`, {
        suggestion: 'Take it out of lovelace: dashboards: in configuration.yaml.',
        context: { url_path: urlPath },
      });
    }
    await edits.change({
      item: { kind: 'dashboard', id: urlPath },
      read: () => readItem(context, urlPath),
      plan: () => undefined,
      write: () => deleteDashboard(home, id, { signal }),
    });
    return {
      success: true as const,
      action: 'delete' as const,
      url_path: urlPath,
      ...(id === given ? {} : { resolved_id: id }),
      message: `Removed dashboard ${title ?? urlPath} (${urlPath}).`,
    };
  },
});

async function notThere({ home, signal }: ToolContext, given: string): Promise<Fault> {
  const rows = await listDashboards(home, { signal });
  const ids = rows.flatMap(({ id }) => id ?? []).slice(0, MAX_LISTED);
  return new Fault('RESOURCE_NOT_FOUND', `Dashboard not found: ${given}`, {
    suggestion: [
      `Use one of the dashboards there are: ${ids.join(', ') || 'none yet'}.`,
      'The default dashboard is always there and cannot be removed.',
    ],
    context: { url_path: given, available_dashboard_ids: ids },
  });
}
