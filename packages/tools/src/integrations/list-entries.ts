import { Fault } from '@hub/core/fault.ts';
import { type ConfigEntry, listConfigEntries } from '@hub/ha/config-entries.ts';
import { readEntryOptions } from '@hub/ha/helper-entries.ts';
import { fold, partialSimilarity } from '@hub/ha/similarity.ts';
import type { ToolContext } from '../define.ts';
import { page } from '../shared/page.ts';
import { logLevels } from './log-levels.ts';

/** Each entry's options take opening and closing a form. */
const MAX_WITH_OPTIONS = 25;
const ALIKE = 0.7;

export interface ListWish {
  readonly query: string | undefined;
  readonly domain: string | undefined;
  readonly isExact: boolean;
  readonly withOptions: boolean;
  readonly limit: number;
  readonly offset: number;
}

/** The integrations that are set up, by domain and title. @throws Fault */
export async function listEntries(context: ToolContext, wish: ListWish) {
  const { home, signal } = context;
  const { query, domain, isExact, limit, offset } = wish;
  const [all, levelOf] = await Promise.all([listConfigEntries(home, domain, { signal }), logLevels(context)]);
  const found = all
    .filter((entry) => query === undefined || isFound(entry, query, isExact))
    .sort((a, b) => (`${a.domain} ${a.title}` < `${b.domain} ${b.title}` ? -1 : 1));
  const { items, block } = page(found, offset, limit);
  const rows = items.map((entry): Row => ({ ...shownEntry(entry), ...levelOf(entry.domain) }));
  const { entries, warnings } = wish.withOptions ? await addOptions(context, rows) : { entries: rows, warnings: [] };
  const summary: Record<string, number> = {};
  for (const { state } of found) summary[state] = (summary[state] ?? 0) + 1;
  return {
    ...{ success: true as const, ...block, entries, state_summary: summary },
    ...(query === undefined ? {} : { query }),
    ...(domain === undefined ? {} : { domain_filter: domain }),
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

function isFound({ domain, title, entry_id: id }: ConfigEntry, query: string, isExact: boolean): boolean {
  const wanted = fold(query.trim());
  const texts = [domain, title, id].map(fold);
  if (texts.some((text) => text.includes(wanted))) return true;
  return !isExact && texts.some((text) => partialSimilarity(text, wanted) >= ALIKE);
}

const SHOWN = [
  ...['entry_id', 'domain', 'title', 'state', 'reason', 'source', 'supports_options', 'supports_unload'],
  ...['supports_reconfigure', 'disabled_by', 'pref_disable_new_entities', 'pref_disable_polling'],
  ...['num_subentries'],
];

export type Row = Record<string, unknown>;

/** What is told of an entry; what it is set to Home Assistant keeps to itself. */
export function shownEntry(entry: ConfigEntry): Row {
  const rest = Object.entries(entry).filter(([key, value]) => SHOWN.includes(key) && value !== undefined);
  const types = Object.keys(entry.supported_subentry_types ?? {});
  return { ...Object.fromEntries(rest), ...(types.length > 0 ? { supported_subentry_types: types } : {}) };
}

async function addOptions({ home, signal }: ToolContext, rows: Row[]) {
  if (!home.info.isAdmin) return { entries: rows, warnings: ["Options are shown to an administrator's token only."] };
  const asked = new Set(rows.filter((row) => row['supports_options'] === true).slice(0, MAX_WITH_OPTIONS));
  const warnings: string[] = [];
  const entries: Row[] = [];
  for (const row of rows) {
    if (!asked.has(row)) {
      entries.push(row);
      continue;
    }
    try {
      entries.push({ ...row, options: (await readEntryOptions(home, String(row['entry_id']), { signal })) ?? null });
    } catch (error) {
      if (!(error instanceof Fault) || error.code === 'CANCELLED') throw error;
      entries.push(row);
      warnings.push(`The options of ${String(row['entry_id'])} could not be read: ${error.code}.`);
    }
  }
  if (asked.size === MAX_WITH_OPTIONS)
    warnings.push(`Options are read of ${MAX_WITH_OPTIONS} entries at most; use a smaller page.`);
  return { entries, warnings };
}
