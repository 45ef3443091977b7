import { type LogbookEntry, readLogbook } from '@hub/ha/logs.ts';
import type { EntityState } from '@hub/ha/records.ts';
import type { ToolContext } from '../define.ts';
import { notThere } from '../shared/entity-not-found.ts';
import { localTime, timed } from '../shared/local-time.ts';
import { parseMoment } from '../shared/moment.ts';
import { contains, filtersOf, type LogQuery, pageOf } from './query.ts';

const HOUR_MS = 3_600_000;
/** Each look for what was meant walks all ids of the home. */
const MAX_LOOKED_FOR = 5;
/** Home Assistant gives the whole period at once: of a big home a week is some hundred thousand entries. */
const MAX_HOURS_OF_ALL = 7 * 24;
const MAX_HOURS_OF_ONE = 92 * 24;

export interface LogbookWish {
  readonly hoursBack: number;
  readonly endTime: string | undefined;
  /** One id, or several separated by commas. */
  readonly entityId: string | undefined;
  readonly isCompact: boolean;
}

type Row = Readonly<Record<string, unknown>>;

/** What happened in the home, in words. @throws Fault COMPONENT_NOT_INSTALLED. Source: HA `logbook/get_events`. */
export async function logbook({ home, signal }: ToolContext, wish: LogbookWish, query: LogQuery) {
  const { timeZone } = home.info;
  const end = wish.endTime === undefined ? new Date() : parseMoment(wish.endTime, 'end_time', timeZone);
  const entityIds = (wish.entityId ?? '').split(',').flatMap((id) => id.trim() || []);
  const mostHours = entityIds.length > 0 ? MAX_HOURS_OF_ONE : MAX_HOURS_OF_ALL;
  const hours = Math.min(wish.hoursBack, mostHours);
  const start = new Date(end.getTime() - hours * HOUR_MS);
  const states = await home.states();
  const unknown = await unknownOf(home, entityIds, states);
  const known = entityIds.filter((id) => !unknown.includes(id));
  const isOfNothing = entityIds.length > 0 && known.length === 0;
  const asked = { start, end, entityIds: known.length > 0 ? known : undefined };
  const found = isOfNothing ? [] : await readLogbook(home, asked, { signal });
  const rows = found.map((entry) => rowOf(entry, states, wish.isCompact));
  const matching = rows.filter((row) => contains(textOf(row), query.search));
  const { items, hasMore } = pageOf(matching, query);
  const warnings = [
    ...(hours < wish.hoursBack
      ? [`hours_back was cut to ${hours}; ask for one entity, or page back with end_time.`]
      : []),
    ...unknown.map((id, at) => notThere(id, at < MAX_LOOKED_FOR ? states.keys() : [])),
  ];
  const data = {
    success: true,
    source: 'logbook' as const,
    entries: items,
    ...{ period: `${hours} hours`, start_time: localTime(start.toISOString(), timeZone) },
    ...{ end_time: localTime(end.toISOString(), timeZone), entity_filter: wish.entityId ?? null },
    ...{ total_entries: matching.length, returned_entries: items.length },
    ...{ limit: query.limit, offset: query.offset, order: query.order, has_more: hasMore },
    ...(hasMore ? { pagination_hint: `Ask again with offset ${query.offset + items.length}.` } : {}),
    ...filtersOf({ search: query.search }),
    ...(warnings.length > 0 ? { warnings } : {}),
  };
  return timed(data, timeZone);
}

/** Those this connector sees nothing of; nothing is read of them. */
async function unknownOf(
  home: ToolContext['home'],
  entityIds: readonly string[],
  states: ReadonlyMap<string, EntityState>,
): Promise<readonly string[]> {
  const entities = entityIds.length > 0 ? await home.entities() : new Map();
  return entityIds.filter((id) => !states.has(id) && !entities.has(id));
}

function rowOf(entry: LogbookEntry, states: ReadonlyMap<string, EntityState>, isCompact: boolean): Row {
  const { when, name, entity_id: entityId, state, message, domain, source, context_id: contextId, ...more } = entry;
  // Home Assistant names only what is no plain state change.
  const shownName = name ?? states.get(entityId ?? '')?.attributes['friendly_name'] ?? entityId;
  const row = {
    ...{ when: new Date(when * 1_000).toISOString(), name: shownName, entity_id: entityId, state, message },
    ...{ domain: domain ?? entityId?.split('.')[0], source, context_id: contextId },
    ...(isCompact ? {} : more),
  };
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined && value !== null));
}

function textOf({ when: _, context_id: _id, ...row }: Row): string {
  return Object.values(row).join(' ');
}
