import { canonicalJson, configHash } from '@hub/core/canonical-json.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { guidanceParameters, previewParameter, successShape } from '../shared/parameters.ts';
import { checkWays, noticed, wantedConfig } from './change.ts';
import { type DashboardItem, readItem } from './dashboard-item.ts';
import { patchShape } from './json-patch.ts';
import { configShape } from './read-config.ts';
import { findDashboard } from './resolve.ts';
import { changedFields, checkTarget, namedPath, newFields } from './target.ts';
import { renderPaths } from './views.ts';
import { isNothing, type Plan, writeDashboard } from './write.ts';

const input = z.strictObject({
  url_path: z
    .string()
    .describe("e.g. my-dashboard; 'default' for the one Home Assistant opens with; a new one needs a hyphen"),
  config: configShape.optional().describe('the whole dashboard, e.g. {"views": […]}; replaces what stands there'),
  python_transform: z
    .string()
    .optional()
    .describe(
      "Python statements that change the dict `config` in place, e.g. del config['views'][0]['cards'][2]; needs config_hash",
    ),
  patch: patchShape.optional().describe('JSON Patch operations on what stands there; needs config_hash'),
  config_hash: z
    .string()
    .optional()
    .describe('from the last read; refuses the write when somebody changed the dashboard since'),
  title: z.string().optional().describe('name in the sidebar'),
  icon: z.string().optional().describe("e.g. mdi:sofa, '' clears"),
  require_admin: z.boolean().optional().describe('only administrators see it'),
  show_in_sidebar: z.boolean().optional(),
  preview: previewParameter,
  ...guidanceParameters,
});

type Input = z.infer<typeof input>;

export const tool = defineTool({
  name: 'ha_config_set_dashboard',
  title: 'Create or Update Dashboard',
  docs: 'Creates a dashboard under a new url_path, or changes one: its title, icon and visibility, or its views and cards. For a part, read it with ha_config_get_dashboard and send a python_transform or patch with its config_hash; config replaces everything.',
  tags: ['Dashboards'],
  scope: 'home',
  effect: 'configure',
  input,
  output: z.looseObject({
    ...successShape,
    action: z.enum(['create', 'update', 'python_transform', 'patch']),
    url_path: z.string(),
    config_hash: z.string().optional(),
    message: z.string(),
  }),
  items: ({ url_path: id }) => [{ kind: 'dashboard', id }],
  async run(call, context) {
    checkWays(call);
    const path = namedPath(call.url_path);
    const dashboard = await findDashboard(context, path);
    checkTarget(call, dashboard);
    const config = await wantedConfig(context, dashboard, call);
    const warnings = config ? await noticed(context, config) : [];
    const fields = dashboard ? changedFields(call, dashboard) : newFields(path, call);
    if (dashboard && Object.keys(fields).length > 0 && !dashboard.row)
      warnings.push('The default dashboard has no title, icon or visibility of its own; these were left out.');
    const plan: Plan = {
      dashboard,
      urlPath: dashboard?.urlPath ?? path,
      fields,
      config,
      basis: call.config_hash,
    };
    const after = isNothing(plan) ? await readItem(context, plan.urlPath) : await writeDashboard(context, plan);
    return answer(call, plan, after, warnings);
  },
});

function answer(call: Input, plan: Plan, after: DashboardItem | undefined, noted: readonly string[]) {
  const { dashboard, urlPath, config } = plan;
  const isAsWritten = config === undefined || canonicalJson(after?.config) === canonicalJson(config);
  const wirePath = dashboard ? dashboard.wirePath : urlPath;
  const stored = after?.config ?? undefined;
  const warnings = isAsWritten
    ? noted
    : [...noted, 'What stands there now is not what was sent: somebody else saved it since.'];
  return {
    success: true as const,
    ...(call.python_transform === undefined && call.patch === undefined
      ? plainKeys(plan, after)
      : partKeys(call, isAsWritten)),
    url_path: urlPath,
    ...(dashboard?.resolvedFrom === undefined ? {} : { resolved_from: dashboard.resolvedFrom }),
    ...(stored ? { config_hash: configHash(stored) } : {}),
    ...(stored && config
      ? { render_paths: renderPaths({ urlPath, wirePath, row: undefined, resolvedFrom: undefined }, stored) }
      : {}),
    message: messageOf(call, plan),
    ...(warnings.length > 0 ? { warnings: [...warnings] } : {}),
  };
}

function plainKeys({ dashboard, fields, config }: Plan, after: DashboardItem | undefined) {
  return {
    action: dashboard ? ('update' as const) : ('create' as const),
    dashboard_id: after?.dashboard?.['id'] ?? null,
    dashboard_created: dashboard === undefined,
    config_updated: config !== undefined,
    metadata_updated: dashboard?.row !== undefined && Object.keys(fields).length > 0,
  };
}

function partKeys({ python_transform: source, patch }: Input, isAsWritten: boolean) {
  const sent = { write_committed: true, post_write_verified: isAsWritten };
  return source === undefined
    ? { action: 'patch' as const, ...sent, operation_count: patch?.length ?? 0 }
    : { action: 'python_transform' as const, ...sent, python_expression: source };
}

function messageOf(call: Input, plan: Plan): string {
  const { dashboard, urlPath, config } = plan;
  if (isNothing(plan)) return `Dashboard ${urlPath} is already so; nothing was changed.`;
  if (!dashboard) return `Created dashboard ${urlPath}${config ? ' with its views' : ', still without views'}.`;
  const way = call.python_transform !== undefined ? ' by the transform' : call.patch ? ' by the patch' : '';
  return `Changed dashboard ${urlPath}${way}; use config_hash for the next change.`;
}
