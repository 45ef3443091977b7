import { type DashboardResource, listResources } from '@hub/ha/dashboard-resources.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { page, pageShape } from '../shared/page.ts';
import { count, successShape } from '../shared/parameters.ts';
import { inlineContent } from './inline-resource.ts';

const PREVIEW_LENGTH = 150;

const rowShape = z.strictObject({
  id: z.string().nullable(),
  type: z.string(),
  url: z.string(),
  _inline: z.boolean().optional(),
  _size: z.number().int().optional(),
  _preview: z.string().optional(),
  _content: z.string().optional(),
  _legacy_worker: z.literal(true).optional(),
});

export const tool = defineTool({
  name: 'ha_config_list_dashboard_resources',
  title: 'List Dashboard Resources',
  docs: 'Lists the JavaScript and CSS files that every dashboard loads: custom cards and styles, with their ids. Inline code is shown by its beginning; include_content shows all of it. Cards installed from the store are listed by ha_get_hacs_info.',
  tags: ['Dashboards'],
  scope: 'home',
  effect: 'read',
  idempotent: true,
  openWorld: true,
  input: z.strictObject({
    include_content: z.boolean().default(false).describe('show inline code whole'),
    limit: count(1, 500).default(100),
    offset: count(0).default(0),
  }),
  output: z.strictObject({
    ...successShape,
    action: z.literal('list'),
    resources: z.array(rowShape),
    ...pageShape,
    inline_count: z.number().int(),
    by_type: z.record(z.string(), z.number().int()),
    migration_hint: z.string().optional(),
  }),
  async run({ include_content: withContent, limit, offset }, { home, signal }) {
    const rows = (await listResources(home, { signal })).map((resource) => rowOf(resource, withContent));
    const { items, block } = page(rows, offset, limit);
    const byType: Record<string, number> = {};
    for (const { type } of rows) byType[type] = (byType[type] ?? 0) + 1;
    const isForeign = rows.some((row) => row._legacy_worker);
    return {
      success: true as const,
      action: 'list' as const,
      resources: items,
      ...block,
      inline_count: rows.filter((row) => row._inline).length,
      by_type: byType,
      ...(isForeign
        ? {
            migration_hint:
              'Rows with _legacy_worker load through a third-party server. Read their content and set it again with ha_config_set_dashboard_resource and the same resource_id: it is then held at the home.',
          }
        : {}),
    };
  },
});

function rowOf({ id, type, url }: DashboardResource, withContent: boolean): z.infer<typeof rowShape> {
  const inline = inlineContent(url);
  if (!inline) return { id: id ?? null, type, url };
  const { content, isForeign } = inline;
  return {
    id: id ?? null,
    type,
    url: '[inline]',
    _inline: true,
    _size: Buffer.byteLength(content),
    ...(withContent ? { _content: content } : { _preview: content.slice(0, PREVIEW_LENGTH) }),
    ...(isForeign ? { _legacy_worker: true as const } : {}),
  };
}
