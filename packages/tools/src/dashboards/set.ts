import { canonicalJson, configHash } from '@hub/core/canonical-json.ts';
import { Fault } from '@hub/core/fault.ts';
import { createDashboard, saveDashboard, updateDashboard } from '@hub/ha/dashboards.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { withContext } from '../shared/config-faults.ts';
import { successShape } from '../shared/parameters.ts';
import { assertFresh, checkWays, noticed, wantedConfig } from './change.ts';
import { type DashboardItem, readItem } from './dashboard-item.ts';
import { patchShape } from './json-patch.ts';
import { configShape, type DashboardConfig } from './read-config.ts';
import { type FoundDashboard, findDashboard } from './resolve.ts';
import { renderPaths } from './views.ts';

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
  MandatoryBPS: z.boolean().default(true),
  BestPracticeKey: z.string().optional(),
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
    const dashboard = await findDashboard(context, namedPath(call));
    checkTarget(call, dashboard);
    const config = await wantedConfig(context, dashboard, call);
    const warnings = config ? await noticed(context, config) : [];
    const fields = dashboard ? changedFields(call, dashboard) : newFields(call);
    if (dashboard && Object.keys(fields).length > 0 && !dashboard.row)
      warnings.push('The default dashboard has no title, icon or visibility of its own; these were left out.');
    const plan: Plan = {
      dashboard,
      urlPath: dashboard?.urlPath ?? namedPath(call),
      fields,
      config,
      basis: call.config_hash,
    };
    const after = isNothing(plan) ? await readItem(context, plan.urlPath) : await write(context, plan);
    return answer(call, plan, after, warnings);
  },
});

interface Plan {
  /** Undefined when it is to be made. */
  readonly dashboard: FoundDashboard | undefined;
  readonly urlPath: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly config: DashboardConfig | undefined;
  /** The hash of what the config was worked out from. */
  readonly basis: string | undefined;
}

function isNothing({ dashboard, fields, config }: Plan): boolean {
  return dashboard !== undefined && config === undefined && (!dashboard.row || Object.keys(fields).length === 0);
}

/** @throws Fault VALIDATION_INVALID_PARAMETER */
function namedPath({ url_path: given }: Input): string {
  const path = given.trim().replace(/^\/+/, '');
  if (path !== '') return path;
  throw new Fault('VALIDATION_INVALID_PARAMETER', '`url_path` is empty.', {
    suggestion: "Name a dashboard; ha_config_get_dashboard with list_only shows them, 'default' is the first one.",
    context: { parameter: 'url_path', value: given },
  });
}

function checkTarget(call: Input, dashboard: FoundDashboard | undefined): void {
  const path = namedPath(call);
  const hasContent = call.config !== undefined || call.python_transform !== undefined || call.patch !== undefined;
  if (dashboard?.row?.mode === 'yaml')
    throw new Fault('CONFIG_NOT_FOUND', `Dashboard ${path} is kept in YAML and cannot be changed from here.`, {
      suggestion: 'Edit its YAML file, or make another dashboard under a new url_path.',
      context: { url_path: path },
    });
  if (dashboard && !dashboard.row && !hasContent)
    throw new Fault('SERVICE_CALL_FAILED', 'There is nothing to change: the default dashboard only has its content.', {
      suggestion: 'Send config, or for a title and icon make a dashboard of its own under a new url_path.',
      context: { url_path: path },
    });
  if (dashboard) return;
  if (call.python_transform !== undefined || call.patch !== undefined)
    throw new Fault('SERVICE_CALL_FAILED', `Command failed: Unknown config specified: ${path}`, {
      suggestion: 'There is no such dashboard to change; ha_config_get_dashboard with list_only shows those there are.',
      context: { url_path: path },
    });
  if (!path.includes('-') || !/^[a-z0-9_-]+$/.test(path))
    throw new Fault('VALIDATION_INVALID_PARAMETER', `\`url_path\`: '${path}' cannot be the path of a new dashboard.`, {
      suggestion: `Use small letters, digits and at least one hyphen, e.g. ${slug(path)}.`,
      context: { parameter: 'url_path', value: path },
    });
}

function slug(path: string): string {
  const words = path.toLowerCase().match(/[a-z0-9]+/g) ?? ['my'];
  return words.length > 1 ? words.join('-') : `${words[0]}-dashboard`;
}

function newFields({ title, icon, require_admin, show_in_sidebar, ...call }: Input): Record<string, unknown> {
  const path = namedPath({ ...call, title, icon, require_admin, show_in_sidebar });
  const words = path.split(/[-_]+/).filter(Boolean);
  const made = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ');
  const fields = { title: title?.trim() || made, icon: icon || undefined, require_admin, show_in_sidebar };
  return { url_path: path, ...defined(fields) };
}

/** What differs from the dashboard as it is. */
function changedFields(call: Input, { row }: FoundDashboard): Record<string, unknown> {
  const { title, icon, require_admin, show_in_sidebar } = call;
  const fields = defined({ title, icon: icon === '' ? null : icon, require_admin, show_in_sidebar });
  return Object.fromEntries(Object.entries(fields).filter(([key, value]) => (row?.[key] ?? null) !== value));
}

function defined(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** @throws Fault as Home Assistant does, saying what was done before it refused */
async function write(context: ToolContext, plan: Plan): Promise<DashboardItem | undefined> {
  const { urlPath } = plan;
  const done: string[] = [];
  let failure: unknown;
  const { after } = await context.edits.change({
    item: { kind: 'dashboard', id: urlPath },
    read: () => readItem(context, urlPath),
    async write(before) {
      try {
        await send(context, plan, before, done);
      } catch (error) {
        // Half done is not failed: what was done is read back and kept, then the error is told.
        if (done.length === 0 || (error instanceof Fault && error.outcomeUnknown)) throw error;
        failure = error;
      }
    },
  });
  if (failure === undefined) return itemOf(after);
  const facts = {
    url_path: urlPath,
    dashboard_created: done.includes('create'),
    metadata_updated: done.includes('update'),
    config_updated: false,
  };
  throw withContext(failure, facts, 'Its title and icon are set; send the config again once it is corrected.');
}

async function send({ home, signal }: ToolContext, plan: Plan, before: unknown, done: string[]): Promise<void> {
  const { dashboard, urlPath, fields, config, basis } = plan;
  if (basis !== undefined && config) assertFresh(urlPath, itemOf(before)?.config ?? undefined, basis);
  if (!dashboard) {
    await createDashboard(home, fields, { signal });
    done.push('create');
  } else if (dashboard.row && Object.keys(fields).length > 0) {
    await updateDashboard(home, dashboard.row.id ?? '', fields, { signal });
    done.push('update');
  }
  if (config) await saveDashboard(home, dashboard ? dashboard.wirePath : urlPath, config, { signal });
}

const itemShape = z.object({ dashboard: z.record(z.string(), z.unknown()).nullable(), config: configShape.nullable() });

function itemOf(value: unknown): DashboardItem | undefined {
  return itemShape.safeParse(value).data;
}

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
