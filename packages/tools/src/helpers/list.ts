import { listHelperEntries } from '@hub/ha/helper-entries.ts';
import { type HelperKind, listHelpers } from '@hub/ha/helpers.ts';
import type { EntityEntry } from '@hub/ha/records.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { page, pageShape } from '../shared/page.ts';
import { count, successShape } from '../shared/parameters.ts';
import { ENTRY_KINDS, isStoredKind, STORED_KINDS } from './kinds.ts';

const rowShape = z.looseObject({
  id: z.string(),
  helper_type: z.string(),
  name: z.string(),
  entity_id: z.string().nullable(),
  editable: z.boolean(),
});

type Row = z.infer<typeof rowShape>;

/** Sources: HA `<kind>/list`, `config_entries/get`, the entity registry. */
export const tool = defineTool({
  name: 'ha_config_list_helpers',
  title: 'List Helpers',
  docs: "Lists the helpers of one type, or of all, with entity id and settings. Of helpers kept as config entries (template, group, utility_meter …) it tells name and entities, not the settings. For current values use ha_get_state; to find one by words use ha_search with search_types 'helper'.",
  tags: ['Helper Entities'],
  scope: 'home',
  effect: 'read',
  idempotent: true,
  input: z.strictObject({
    helper_type: z.enum([...STORED_KINDS, ...ENTRY_KINDS, 'all']),
    limit: count(1, 500).default(100),
    offset: count(0).default(0),
  }),
  output: z.strictObject({
    ...successShape,
    helper_type: z.string(),
    helpers: z.array(rowShape),
    message: z.string(),
    ...pageShape,
  }),
  async run({ helper_type: kind, limit, offset }, context) {
    const rows = await rowsOf(context, kind);
    const { items, block } = page(rows, offset, limit);
    const what = kind === 'all' ? 'helper' : `${kind} helper`;
    const message = `Found ${rows.length} ${what}${rows.length === 1 ? '' : 's'}.`;
    return { success: true as const, helper_type: kind, helpers: items, message, ...block };
  },
});

async function rowsOf(context: ToolContext, kind: string): Promise<readonly Row[]> {
  const entities = [...(await context.home.entities()).values()];
  if (isStoredKind(kind)) return storedRows(context, kind, entities);
  if (kind !== 'all') return (await entryRows(context, entities)).filter((row) => row.helper_type === kind);
  const parts = await Promise.all([
    ...STORED_KINDS.map((one) => storedRows(context, one, entities)),
    entryRows(context, entities),
  ]);
  return parts.flat();
}

/** What Home Assistant stores, then what YAML defines, which shows as entities that cannot be edited. */
async function storedRows(
  { home, signal }: ToolContext,
  kind: HelperKind,
  entities: readonly EntityEntry[],
): Promise<readonly Row[]> {
  const [items, states] = await Promise.all([listHelpers(home, kind, { signal }), home.states()]);
  const byId = new Map(entities.filter((entry) => entry.platform === kind).map((entry) => [entry.unique_id, entry]));
  const stored = items.map((item): Row => {
    const entry = byId.get(item.id);
    return {
      ...item,
      ...{
        helper_type: kind,
        name: String(item['name'] ?? entry?.name ?? item.id),
        entity_id: entry?.entity_id ?? null,
      },
      ...placeOf(entry),
      editable: true,
    };
  });
  const shown = new Set(stored.map((row) => row.entity_id));
  const fixed = [...states.values()].filter(
    ({ entity_id: id, attributes }) => id.startsWith(`${kind}.`) && attributes['editable'] === false && !shown.has(id),
  );
  return [
    ...stored,
    ...fixed.map(({ entity_id: id, attributes }): Row => {
      const name = String(attributes['friendly_name'] ?? id);
      return { id: id.slice(kind.length + 1), helper_type: kind, name, entity_id: id, editable: false };
    }),
  ];
}

async function entryRows({ home, signal }: ToolContext, entities: readonly EntityEntry[]): Promise<readonly Row[]> {
  return (await listHelperEntries(home, { signal })).map((entry): Row => {
    const own = entities.filter((one) => one.config_entry_id === entry.entry_id);
    return {
      ...{ id: entry.entry_id, entry_id: entry.entry_id, helper_type: entry.domain, name: entry.title },
      ...{ entity_id: own[0]?.entity_id ?? null, entity_ids: own.map((one) => one.entity_id) },
      ...placeOf(own[0]),
      ...{ state: entry['state'], editable: false },
    };
  });
}

function placeOf(entry: EntityEntry | undefined) {
  if (!entry) return {};
  return {
    original_name: entry.original_name,
    ...(entry.area_id ? { area_id: entry.area_id } : {}),
    ...(entry.labels.length > 0 ? { labels: entry.labels } : {}),
  };
}
