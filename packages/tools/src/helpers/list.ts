import { counted } from '@hub/core/counted.ts';
import { Fault } from '@hub/core/fault.ts';
import { listHelperEntries, readEntryOptions } from '@hub/ha/helper-entries.ts';
import { type HelperKind, listHelpers } from '@hub/ha/helpers.ts';
import type { EntityEntry } from '@hub/ha/records.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { invalidParameter } from '../shared/invalid-parameter.ts';
import { page, pageShape } from '../shared/page.ts';
import { count, successShape } from '../shared/parameters.ts';
import { describeEntry, describeStored } from './describe.ts';
import { ENTRY_KINDS, isEntryKind, isStoredKind, STORED_KINDS } from './kinds.ts';

const rowShape = z.looseObject({
  id: z.string(),
  helper_type: z.string(),
  name: z.string(),
  entity_id: z.string().nullable(),
  editable: z.boolean(),
});

type Row = z.infer<typeof rowShape>;

/** Each of a page's entries is asked for its settings, which opens and closes a form. */
const MAX_WITH_OPTIONS = 25;

/** Sources: HA `<kind>/list`, `config_entries/get`, options flows, the entity registry. */
export const tool = defineTool({
  name: 'ha_config_list_helpers',
  title: 'List Helpers',
  docs: "Lists the helpers of one type, or of all, with entity id and settings. With describe it tells what a type asks for before one is made (menu_choice: behind its menu), or with helper_id what can be changed. For current values use ha_get_state; to find one by words use ha_search with search_types 'helper'.",
  tags: ['Helper Entities'],
  scope: 'home',
  effect: 'read',
  idempotent: true,
  input: z.strictObject({
    helper_type: z.enum([...STORED_KINDS, ...ENTRY_KINDS, 'all']),
    limit: count(1, 500).default(100),
    offset: count(0).default(0),
    describe: z.boolean().default(false).describe('tell what the type asks for instead of listing'),
    helper_id: z.string().optional().describe('only this one: stored id, entry id or entity id'),
    menu_choice: z.string().optional().describe('with describe, e.g. template: sensor'),
  }),
  output: z.looseObject({
    ...successShape,
    helper_type: z.string(),
    helpers: z.array(rowShape).optional(),
    message: z.string(),
    ...z.object(pageShape).partial().shape,
  }),
  async run({ helper_type: kind, limit, offset, describe, helper_id: helperId, menu_choice: menuChoice }, context) {
    if (describe) {
      if (kind === 'all') throw invalidParameter('helper_type', 'name one type to describe.', 'Not all at once.');
      if (isStoredKind(kind)) return describeStored(kind);
      return describeEntry(context, kind, { helperId, menuChoice });
    }
    const all = await rowsOf(context, kind);
    const rows = helperId === undefined ? all : all.filter((row) => isMeant(row, helperId));
    if (helperId !== undefined && rows.length === 0) throw notListed(kind, helperId, all);
    const { items, block } = page(rows, offset, limit);
    const what = kind === 'all' ? 'helper' : `${kind} helper`;
    const message = `Found ${counted(rows.length, what)}.`;
    const helpers = isEntryKind(kind) ? await withOptions(context, items) : items;
    return { success: true as const, helper_type: kind, helpers, message, ...block };
  },
});

function isMeant({ id, entity_id: entityId, entity_ids: entityIds }: Row, helperId: string): boolean {
  return id === helperId || entityId === helperId || (Array.isArray(entityIds) && entityIds.includes(helperId));
}

function notListed(kind: string, helperId: string, all: readonly Row[]): Fault {
  return new Fault(
    'ENTITY_NOT_FOUND',
    `\`helper_id\`: there is no ${kind === 'all' ? 'helper' : kind} '${helperId}'.`,
    {
      suggestion: 'List them without helper_id.',
      context: {
        ...{ parameter: 'helper_id', helper_type: kind, helper_id: helperId },
        available_helper_ids: all.slice(0, 20).map((row) => row.id),
      },
    },
  );
}

/** What each is set to, where there are few and the home's token may ask. */
async function withOptions({ home, signal }: ToolContext, rows: Row[]): Promise<Row[]> {
  if (rows.length > MAX_WITH_OPTIONS || !home.info.isAdmin) return rows;
  return Promise.all(
    rows.map(async (row) => {
      if (row['supports_options'] !== true) return row;
      try {
        return { ...row, options: await readEntryOptions(home, row.id, { signal }) };
      } catch (error) {
        // One that is broken is listed all the same.
        if (error instanceof Fault && error.code !== 'CANCELLED') return row;
        throw error;
      }
    }),
  );
}

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
      ...{ state: entry['state'], supports_options: entry.supports_options === true, editable: true },
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
