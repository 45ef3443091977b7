import type { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import { type CallSettings, defineTool, type ToolContext } from '../define.ts';
import { project } from '../shared/fields.ts';
import { count, stringList, successShape } from '../shared/parameters.ts';
import { entityOverview } from './overview-entities.ts';
import { notices, part, repairs, serviceNames, systemInfo } from './overview-system.ts';

const SETTINGS_HINT =
  'What this connector may do is set by the owner of the hub: hub connectors list, then hub connectors set NAME.';

/** Keys of other calls, or left unread by `fields`: to ask for one is no mistake. */
const NOT_ASKED = [
  ...['system_info', 'notification_count', 'notifications', 'repair_count', 'repairs', 'dismissed_repair_count'],
  ...['pagination', 'device_types', 'service_availability', 'tool_discovery', 'settings_url_hint'],
];

const READ_ONLY_HINT =
  'Read Only Mode is ON: everything but reading is refused. Say so to the user; the owner can allow changes with hub connectors set NAME --read-only off.';

const input = z.strictObject({
  detail_level: z
    .enum(['minimal', 'standard', 'full'])
    .default('minimal')
    .describe('minimal: 10 entities of each domain; standard: all, by pages of 200; full: with ids and states'),
  domains: stringList('only these, e.g. light,sensor').optional(),
  limit: count(1).optional().describe('entities in all'),
  offset: count(0).default(0),
  max_entities_per_domain: z.number().int().optional().describe('0: no limit'),
  include_state: z.boolean().optional(),
  include_entity_id: z.boolean().optional(),
  include_notifications: z.boolean().default(true),
  include_dismissed_repairs: z.boolean().default(false),
  fields: stringList('top-level keys to keep, e.g. system_info,repairs').optional(),
});

type Input = z.infer<typeof input>;

export const tool = defineTool({
  name: 'ha_get_overview',
  title: 'Get System Overview',
  docs: 'What this home is: version and place, how many entities of which domains and areas and in which states, notifications and open repairs. Start here in an unknown home. To find one thing use ha_search; for logs and health ha_get_logs and ha_get_system_health.',
  tags: ['Search & Discovery'],
  scope: 'home',
  effect: 'read',
  idempotent: true,
  openWorld: true,
  input,
  output: z.looseObject({
    ...successShape,
    system_summary: z.looseObject({ total_entities: z.number().int(), version: z.string() }).optional(),
    domain_stats: z.record(z.string(), z.looseObject({ count: z.number().int() })).optional(),
    settings_url_hint: z.string(),
  }),
  async run(call, context) {
    const [{ totals, device_types, pagination, ...shown }, system] = await Promise.all([
      entityOverview(context.home, optionsOf(call)),
      readSystem(call, context),
    ]);
    const { services, info, notified, open } = system;
    const isFull = call.detail_level === 'full';
    const warnings = warningsOf(system);
    const body = {
      success: true as const,
      system_summary: {
        ...totals,
        total_services: [...(services.value?.values() ?? [])].reduce((sum, names) => sum + names.length, 0),
        version: info.value?.version ?? 'unknown',
        ...(call.domains && call.domains.length > 0 ? { filtered_domains: [...domainsOf(call)].sort() } : {}),
      },
      ...shown,
      ...(pagination ? { pagination } : {}),
      ...(info.value ? { system_info: info.value } : {}),
      ...(notified.fault ? { notification_count: 0, notifications: [] } : notified.value),
      ...(open.fault ? repairsError(open.fault) : open.value),
      ...(isFull ? { device_types, service_availability: availability(services.value ?? new Map()) } : {}),
      ...shaping(context.settings),
      ...(warnings.length > 0 ? { partial: true, warnings } : {}),
    };
    return {
      ...project(body, call.fields, ['partial', 'repairs_error'], NOT_ASKED),
      success: true as const,
      settings_url_hint: SETTINGS_HINT,
    };
  },
});

/** What the caller's list leaves out, and that nothing can be changed. */
function shaping({ isSearching, isReadOnly, pinnedTools }: CallSettings) {
  const hint =
    'Only the pinned tools are listed. Find the others with ha_search_tools and run each with the tool its execute_via names.';
  return {
    ...(isSearching ? { tool_discovery: { hint, pinned_tools: pinnedTools } } : {}),
    ...(isReadOnly ? { read_only_mode: true, read_only_mode_hint: READ_ONLY_HINT } : {}),
  };
}

/** Asks the home, all at once, for what the mirror has not and the answer needs. */
async function readSystem(call: Input, { home, signal }: ToolContext) {
  const { detail_level: level, include_notifications: hasNotices, include_dismissed_repairs: hasDismissed } = call;
  const isWanted = wants(call.fields);
  const [services, info, notified, open] = await Promise.all([
    part(isWanted('system_summary', 'service_availability'), () => serviceNames(home, signal)),
    part(isWanted('system_summary', 'system_info'), () => systemInfo(home, level, signal)),
    part(hasNotices && isWanted('notifications', 'notification_count'), () => notices(home, signal)),
    part(isWanted('repairs', 'repair_count', 'dismissed_repair_count'), () => repairs(home, hasDismissed, signal)),
  ]);
  return { services, info, notified, open };
}

function warningsOf({ services, info, notified }: Awaited<ReturnType<typeof readSystem>>): string[] {
  const parts = { Services: services, 'System info': info, Notifications: notified };
  return Object.entries(parts).flatMap(([what, { fault }]) => (fault ? [`${what} unavailable: ${fault.message}`] : []));
}

function repairsError(fault: Fault) {
  return { repair_count: 0, repairs: [], repairs_error: `Could not fetch repairs: ${fault.message}` };
}

/** Without `fields` everything is. */
function wants(fields: readonly string[] | undefined) {
  return (...keys: string[]) => !fields || fields.length === 0 || keys.some((key) => fields.includes(key));
}

function domainsOf({ domains = [] }: Input): ReadonlySet<string> {
  return new Set(domains.map((domain) => domain.trim().toLowerCase()));
}

function optionsOf(call: Input) {
  return {
    level: call.detail_level,
    domains: domainsOf(call),
    limit: call.limit,
    offset: call.offset,
    maxPerDomain: call.max_entities_per_domain,
    showsState: call.include_state ?? call.detail_level === 'full',
    showsId: call.include_entity_id ?? call.detail_level === 'full',
  };
}

function availability(services: ReadonlyMap<string, readonly string[]>) {
  return Object.fromEntries([...services].map(([domain, names]) => [domain, { count: names.length, services: names }]));
}
