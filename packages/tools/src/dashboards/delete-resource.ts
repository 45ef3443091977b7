import { deleteResource } from '@hub/ha/dashboard-resources.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { previewParameter, successShape } from '../shared/parameters.ts';
import { findResource, knownResource } from './known-resource.ts';

export const tool = defineTool({
  name: 'ha_config_delete_dashboard_resource',
  title: 'Delete Dashboard Resource',
  docs: 'Takes a JavaScript or CSS file out of all dashboards; cards that it defines show an error from then on. The hub keeps it as an edit. A file it names stays where it is; to uninstall a card of the store use ha_manage_hacs.',
  tags: ['Dashboards'],
  scope: 'home',
  effect: 'destroy',
  idempotent: true,
  input: z.strictObject({
    resource_id: z.string().describe('from ha_config_list_dashboard_resources'),
    preview: previewParameter,
  }),
  output: z.strictObject({
    ...successShape,
    action: z.literal('delete'),
    resource_id: z.string(),
    message: z.string(),
  }),
  items: ({ resource_id: id }) => [{ kind: 'dashboard_resource', id }],
  async run({ resource_id: id }, context) {
    const { home, edits, signal } = context;
    await knownResource(context, id);
    await edits.change({
      item: { kind: 'dashboard_resource', id },
      read: () => findResource(context, (one) => one.id === id),
      plan: () => undefined,
      write: () => deleteResource(home, id, { signal }),
    });
    return {
      success: true as const,
      action: 'delete' as const,
      resource_id: id,
      message: `Removed dashboard resource ${id}; open dashboards let it go after the page is reloaded.`,
    };
  },
});
