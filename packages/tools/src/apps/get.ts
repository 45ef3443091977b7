import { type AppDetail, type AppRow, listApps, readApp, readAppStats, readStore } from '@hub/ha/apps.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { maskOptions } from '../shared/app-settings.ts';
import { fitting } from '../shared/fit.ts';
import { successShape } from '../shared/parameters.ts';
import { appNotFound, checkedSlug } from './app-faults.ts';

const input = z.strictObject({
  source: z.enum(['installed', 'available']).nullable().default(null).describe('available: what the stores offer'),
  slug: z.string().nullable().default(null).describe('one installed app in full'),
  include_stats: z.boolean().default(false).describe('CPU and memory of those that run'),
  repository: z.string().nullable().default(null).describe('available: a store, by its slug'),
  query: z.string().nullable().default(null).describe('available: words in name or description'),
});

type Input = z.infer<typeof input>;

export const tool = defineTool({
  name: 'ha_get_app',
  title: 'Get Apps',
  docs: 'Apps (formerly add-ons) of a home on Home Assistant OS: lists the installed ones, what the stores offer (source available), or one with its options, ports and state (slug). Passwords in options are hidden. To change or start one use ha_manage_app; what is no app but an integration or card comes from ha_get_hacs_info.',
  tags: ['Apps (add-ons)'],
  scope: 'home',
  effect: 'read',
  idempotent: true,
  openWorld: true,
  input,
  output: z.looseObject({
    ...successShape,
    addons: z.array(z.looseObject({ slug: z.string() })).optional(),
    addon: z.looseObject({ slug: z.string() }).optional(),
  }),
  run(call, context): Promise<{ success: true } & Record<string, unknown>> {
    const slug = call.slug?.trim();
    if (slug) return one(context, checkedSlug(slug));
    return call.source === 'available' ? available(context, call) : installed(context, call);
  },
});

async function installed({ home, signal }: ToolContext, { include_stats: withStats }: Input) {
  const apps = await listApps(home, { signal });
  const stats = new Map(
    withStats
      ? await Promise.all(
          apps
            .filter(({ state }) => state === 'started')
            .map(async ({ slug }) => [slug, await readAppStats(home, slug, { signal })] as const),
        )
      : [],
  );
  const running = apps.filter(({ state }) => state === 'started').length;
  return {
    success: true as const,
    addons: apps.map((app) => ({
      ...rowOf(app),
      ...{ installed: true, state: app.state ?? null, update_available: app.update_available },
      ...(app.update_available ? { version_latest: app.version_latest ?? null } : {}),
      ...(withStats ? { stats: statsOf(stats.get(app.slug)) } : {}),
    })),
    summary: {
      total_installed: apps.length,
      ...{ running, stopped: apps.length - running },
      updates_available: apps.filter((app) => app.update_available).length,
    },
  };
}

function statsOf(told: Readonly<Record<string, unknown>> | undefined) {
  if (!told) return null;
  const { cpu_percent, memory_percent, memory_usage, memory_limit } = told;
  return { cpu_percent, memory_percent, memory_usage, memory_limit };
}

async function available({ home, signal }: ToolContext, { repository, query }: Input) {
  const store = await readStore(home, { signal });
  const words = (query ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ name, slug, description, repository: from }: AppRow) => {
    const text = `${name} ${slug} ${description ?? ''}`.toLowerCase();
    return (!repository || from === repository) && words.every((word) => text.includes(word));
  };
  const found = store.addons.filter(fits).map((app) => ({
    ...rowOf(app),
    ...{ available: app.available, installed: Boolean(app.installed), url: app.url ?? null },
  }));
  const addons = fitting(found);
  return {
    success: true as const,
    repositories: store.repositories.map(({ slug, name, source, maintainer }) => ({ slug, name, source, maintainer })),
    addons,
    summary: { total_available: found.length, installed: found.filter((app) => app.installed).length },
    filters_applied: { repository, query },
    ...(addons.length < found.length
      ? {
          partial: true,
          warnings: [`Only ${addons.length} of ${found.length} are shown: narrow it with query or repository.`],
        }
      : {}),
  };
}

function rowOf({ name, slug, description, version, repository }: AppRow) {
  return { name, slug, description: description ?? '', version: version ?? null, repository: repository ?? null };
}

async function one({ home, signal }: ToolContext, slug: string) {
  const app = await readApp(home, slug, { signal });
  if (!app) throw await appNotFound(home, slug, { signal });
  const level =
    app.options['log_level'] ?? (app.schema?.some(({ name }) => name === 'log_level') ? 'default' : undefined);
  return { success: true as const, addon: shown(app), ...(level === undefined ? {} : { log_level: level }) };
}

/** Everything but the way in and what must not be seen. */
function shown(app: AppDetail): AppDetail {
  const { ingress_entry: _entry, ingress_url: _url, translations: _texts, options, ...rest } = app;
  return { ...rest, options: z.record(z.string(), z.unknown()).parse(maskOptions(options, app.schema ?? [])) };
}
