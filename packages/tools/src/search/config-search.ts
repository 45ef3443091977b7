import type { View } from '@hub/ha/view.ts';
import { startBudget } from './config-bodies.ts';
import { settle } from './config-item.ts';
import { matchConfig } from './config-match.ts';
import { type ConfigSurface, readSurface } from './config-surfaces.ts';

export interface ConfigQuery {
  readonly query: string;
  readonly surfaces: readonly ConfigSurface[];
  readonly isExact: boolean;
  readonly includesConfig: boolean;
  readonly offset: number;
  readonly limit: number;
  /** Seconds for reading configurations. */
  readonly budgetS: number;
}

export interface FoundConfigs {
  /** One page over all surfaces, best first, by the key of each surface in the answer. */
  readonly buckets: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
  readonly total: number;
  readonly count: number;
  readonly problems: readonly { readonly surface: string; readonly error: string }[];
}

/** What is named so, or has it in its configuration, among automations, scripts, scenes, helpers and dashboards. */
export async function searchConfigs(home: View, asked: ConfigQuery, signal: AbortSignal): Promise<FoundConfigs> {
  const budget = startBudget(asked.budgetS, signal);
  const surfaces = await Promise.all(
    asked.surfaces.map(async (surface) => ({
      surface,
      ...(await settle(surface, budget, () => readSurface(surface, home, budget))),
    })),
  );
  const hits = surfaces.flatMap(({ surface, items }) =>
    items.flatMap((item) => {
      const match = matchConfig(asked.query, item.names, item.config, asked.isExact);
      return match ? [{ surface, item, match }] : [];
    }),
  );
  hits.sort((a, b) => b.match.score - a.match.score);
  const page = hits.slice(asked.offset, asked.offset + asked.limit);
  const buckets: Record<string, Readonly<Record<string, unknown>>[]> = {};
  for (const { surface, item, match } of page) {
    buckets[`${surface}s`] ??= [];
    buckets[`${surface}s`]?.push({
      ...item.row,
      score: match.score,
      match_in_name: match.inName,
      match_in_config: match.inConfig,
      ...(asked.includesConfig && item.config ? { config: item.config } : {}),
    });
  }
  const problems = surfaces.flatMap(({ surface, problems: texts }) => texts.map((error) => ({ surface, error })));
  return { buckets, total: hits.length, count: page.length, problems };
}
