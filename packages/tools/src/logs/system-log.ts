import { type LogLevel, readLogLevels, readSystemLog, type SystemLogEntry } from '@hub/ha/logs.ts';
import type { ToolContext } from '../define.ts';
import { localTime } from '../shared/local-time.ts';
import { contains, filtersOf, LEVELS, type LogQuery, pageOf } from './query.ts';
import { summarize } from './summary.ts';

/** Warnings and errors that Home Assistant keeps in memory since its start, alike ones counted. */
export async function systemLog(context: ToolContext, query: LogQuery) {
  const found = await matching(context, query);
  const { items, hasMore } = pageOf(found, query);
  const local = localOf(context);
  return {
    entries: items.map((entry) => ({ ...entry, time: local(entry.timestamp) })),
    ...{ total_entries: found.length, returned_entries: items.length },
    ...{ limit: query.limit, offset: query.offset, order: query.order, has_more: hasMore },
    ...filtersOf({ search: query.search, level: query.level }),
  };
}

export async function structuredSystemLog(context: ToolContext, query: LogQuery, topN: number | undefined) {
  const found = await matching(context, query);
  const local = localOf(context);
  const occurrences = found.map(({ level, name, message, timestamp, count }) => ({
    ...{ level: LEVELS.find((one) => one === level), component: name, message: message[0] ?? '' },
    ...{ at: local(timestamp), count },
  }));
  return { ...summarize(occurrences, topN), ...filtersOf({ search: query.search, level: query.level }) };
}

/** What each integration writes into the log. */
export async function logLevels({ home, signal }: ToolContext, query: LogQuery) {
  const all = (await readLogLevels(home, { signal })).map(({ domain, level }) => ({
    ...{ domain, level: levelName(level), level_raw: level },
  }));
  const found = all
    .filter((row) => contains(row.domain, query.search) && (query.level === undefined || row.level === query.level))
    .sort((a, b) => (a.domain < b.domain ? -1 : 1));
  const loggers = found.slice(query.offset, query.offset + query.limit);
  return {
    loggers,
    ...{ total_entries: found.length, returned_entries: loggers.length },
    ...{ limit: query.limit, offset: query.offset, has_more: query.offset + loggers.length < found.length },
    ...filtersOf({ search: query.search, level: query.level }),
  };
}

/** Oldest first. */
async function matching(
  { home, signal }: ToolContext,
  { search, level }: LogQuery,
): Promise<readonly SystemLogEntry[]> {
  const all = (await readSystemLog(home, { signal })).toSorted((a, b) => a.timestamp - b.timestamp);
  return all.filter(
    (one) =>
      (level === undefined || one.level === level) &&
      contains(`${one.name} ${one.message.join(' ')} ${one.exception} ${one.source[0]}`, search),
  );
}

function localOf({ home }: ToolContext) {
  return (seconds: number) => localTime(new Date(seconds * 1_000).toISOString(), home.info.timeZone);
}

/** As Python's logging names them. */
function levelName(level: LogLevel['level']): string {
  return LEVELS.find((_, at) => (at + 1) * 10 === level) ?? (level === 0 ? 'NOTSET' : String(level));
}
