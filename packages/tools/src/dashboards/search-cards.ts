import { Fault } from '@hub/core/fault.ts';
import { listDashboards } from '@hub/ha/dashboards.ts';
import type { ToolContext } from '../define.ts';
import { type DashboardConfig, readConfig } from './read-config.ts';
import { type FoundDashboard, findDashboard, foundDashboard } from './resolve.ts';
import { viewsOf } from './views.ts';
import { jqPath, ownTexts, walkCards } from './walk-cards.ts';

const MAX_MATCHES = 50;
const MAX_VALUE = 200;

interface Match {
  readonly url_path: string;
  readonly title: string | null;
  readonly view_index: number | null;
  readonly view_title: string | null;
  readonly card_path: string | null;
  readonly card_type: string | null;
  readonly matched_field: string;
  readonly matched_value: string;
}

/** Words in any dashboard, or in the one named: its title, its views, its cards; the first place in each. @throws Fault */
export async function searchDashboards(context: ToolContext, query: string | undefined, urlPath: string | undefined) {
  const wanted = query?.trim().toLowerCase() ?? '';
  if (wanted === '') {
    throw new Fault('VALIDATION_MISSING_PARAMETER', "`query` is required with mode 'search'.", {
      suggestion: 'Name the words, entity id or card type to look for.',
      context: { parameter: 'query' },
    });
  }
  const dashboards =
    urlPath === undefined ? await allDashboards(context) : [await foundDashboard(context, urlPath, 'search_all')];
  const found = await Promise.all(
    dashboards.map(async (dashboard) => matchesIn(dashboard, await readConfig(context, dashboard), wanted)),
  );
  const matches = found.flat();
  return {
    success: true as const,
    action: 'search_all' as const,
    query,
    matches: matches.slice(0, MAX_MATCHES),
    match_count: matches.length,
    truncated: matches.length > MAX_MATCHES,
  };
}

async function allDashboards(context: ToolContext): Promise<FoundDashboard[]> {
  const rows = await listDashboards(context.home, { signal: context.signal });
  const found = await Promise.all(
    ['default', ...rows.map((row) => row.url_path).filter((path) => path !== 'lovelace')].map((path) =>
      findDashboard(context, path),
    ),
  );
  return found.flatMap((dashboard) => dashboard ?? []);
}

function matchesIn(dashboard: FoundDashboard, config: DashboardConfig | undefined, wanted: string): Match[] {
  const ownTitle = config?.['title'];
  const base: Base = {
    url_path: dashboard.urlPath,
    title: dashboard.row?.title ?? (typeof ownTitle === 'string' ? ownTitle : null),
    view_index: null,
    view_title: null,
    card_path: null,
    card_type: null,
  };
  const own = matchOf({ title: base.title ?? '', url_path: base.url_path }, wanted);
  const inside = config ? [...viewMatches(config, base, wanted), ...cardMatches(config, base, wanted)] : [];
  return own ? [{ ...base, ...own }, ...inside] : inside;
}

type Base = Omit<Match, 'matched_field' | 'matched_value'>;

function viewMatches(config: DashboardConfig, base: Base, wanted: string): Match[] {
  return viewsOf(config).flatMap(({ title, path }, index) => {
    const hit = matchOf({ title: title ?? '', path: path ?? '' }, wanted);
    return hit ? [{ ...base, view_index: index, view_title: title ?? null, ...hit }] : [];
  });
}

function cardMatches(config: DashboardConfig, base: Base, wanted: string): Match[] {
  const views = viewsOf(config);
  return [...walkCards(config)].flatMap(({ card, path, viewIndex }) => {
    const texts = [...ownTexts(card)].map(({ path: field, text }) => [jqPath(field).slice(1), text]);
    const hit = matchOf(Object.fromEntries(texts), wanted);
    if (!hit) return [];
    const type = typeof card['type'] === 'string' ? card['type'] : null;
    const view = { view_index: viewIndex, view_title: views[viewIndex]?.title ?? null };
    return [{ ...base, ...view, card_path: jqPath(path), card_type: type, ...hit }];
  });
}

function matchOf(texts: Readonly<Record<string, string>>, wanted: string) {
  const hit = Object.entries(texts).find(([, text]) => text.toLowerCase().includes(wanted));
  return hit && { matched_field: hit[0], matched_value: hit[1].slice(0, MAX_VALUE) };
}
