import { configHash } from '@hub/core/canonical-json.ts';
import { Fault } from '@hub/core/fault.ts';
import { listDashboards } from '@hub/ha/dashboards.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { successShape } from '../shared/parameters.ts';
import { findCards } from './find-cards.ts';
import { readStoredConfig } from './read-config.ts';
import { type FoundDashboard, foundDashboard } from './resolve.ts';
import { searchDashboards } from './search-cards.ts';
import { findView, renderPaths, viewsOf } from './views.ts';

/** From here on a part is worth asking for. */
const LARGE_BYTES = 10_000;

const input = z.strictObject({
  url_path: z.string().optional().describe('e.g. my-dashboard; leave out for the default one'),
  list_only: z.boolean().default(false).describe('list the dashboards, not what stands in one'),
  force_reload: z.boolean().default(false).describe('read a dashboard kept in YAML from its file again'),
  entity_id: z.string().optional().describe('find the cards with this entity; * matches any text'),
  card_type: z.string().optional().describe('find cards of this type, e.g. tile'),
  heading: z.string().optional().describe('find heading cards by part of their text'),
  include_config: z.boolean().default(false).describe('show the whole of each card found'),
  view_path: z.string().optional().describe('only this view: its path or index'),
  mode: z.enum(['search']).optional().describe('search: look for `query` in all dashboards'),
  query: z.string().optional(),
  describe: z.boolean().default(false),
});

type Input = z.infer<typeof input>;

export const tool = defineTool({
  name: 'ha_config_get_dashboard',
  title: 'Get Dashboard',
  docs: 'Lists dashboards (list_only), shows what stands in one, or finds cards by entity, type or heading, with the python_path to change them and the config_hash a change needs. Of a large dashboard ask for cards or one view_path only. mode search looks through all dashboards.',
  tags: ['Dashboards'],
  scope: 'home',
  effect: 'read',
  idempotent: true,
  input,
  output: z.looseObject({ ...successShape, action: z.enum(['list', 'get', 'find_card', 'search_all']) }),
  async run(call, context) {
    refuseDescribe(call);
    if (call.list_only) return list(context);
    if (call.mode === 'search') return searchDashboards(context, call.query, call.url_path);
    const isSearch = [call.entity_id, call.card_type, call.heading].some((text) => text !== undefined);
    const action = isSearch ? 'find_card' : 'get';
    const dashboard = await foundDashboard(context, call.url_path, action);
    const config = await readStoredConfig(context, dashboard, action, call.force_reload);
    const { urlPath, resolvedFrom } = dashboard;
    return {
      success: true as const,
      action: isSearch ? ('find_card' as const) : ('get' as const),
      url_path: urlPath,
      ...(resolvedFrom === undefined ? {} : { resolved_from: resolvedFrom }),
      config_hash: configHash(config),
      ...(isSearch ? foundCards(call, config) : shown(call, dashboard, config)),
      ...(dashboard.row?.mode === 'yaml'
        ? { warnings: ['This dashboard is kept in YAML and cannot be changed from here.'] }
        : {}),
    };
  },
});

/** The list of card types is nowhere in Home Assistant's own API. */
function refuseDescribe({ describe }: Input): void {
  if (!describe) return;
  throw new Fault('COMPONENT_NOT_INSTALLED', '`describe`: Home Assistant has no list of card types to tell from.', {
    suggestion:
      'Read the guidance on dashboards, or look at a card of the wanted type with card_type and include_config.',
    context: { parameter: 'describe' },
  });
}

async function list({ home, signal }: ToolContext) {
  const rows = await listDashboards(home, { signal });
  const dashboards = rows.map((row) => ({
    id: row.id ?? null,
    url_path: row.url_path,
    title: row.title ?? null,
    icon: row.icon ?? null,
    show_in_sidebar: row.show_in_sidebar ?? true,
    require_admin: row.require_admin ?? false,
    mode: row.mode ?? 'storage',
  }));
  return { success: true as const, action: 'list' as const, dashboards, count: dashboards.length };
}

type Config = Readonly<Record<string, unknown>>;

function foundCards({ entity_id, card_type, heading, include_config: withConfig }: Input, config: Config) {
  const criteria = Object.fromEntries(
    Object.entries({ entity_id, card_type, heading }).filter(([, value]) => value !== undefined),
  );
  const matches = findCards(config, criteria, withConfig);
  return {
    search_criteria: criteria,
    matches,
    match_count: matches.length,
    hint:
      matches.length > 0
        ? 'To change one: ha_config_set_dashboard with a python_transform on its python_path, and config_hash.'
        : 'No card meets all criteria given; leave one out, or use mode search.',
  };
}

function shown({ view_path: viewPath }: Input, dashboard: FoundDashboard, config: Config) {
  const sizeBytes = sizeOf(config);
  const size = { config_size_bytes: sizeBytes, render_paths: renderPaths(dashboard, config) };
  if (viewPath !== undefined) {
    const { view, index } = findView(config, viewPath);
    return { view, view_index: index, view_count: viewsOf(config).length, view_size_bytes: sizeOf(view), ...size };
  }
  const hint = 'A large dashboard: ask for one view_path, or for cards by entity_id, card_type or heading.';
  return { config, ...size, ...(sizeBytes > LARGE_BYTES ? { hint } : {}) };
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
