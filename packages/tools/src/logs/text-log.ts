import { Fault } from '@hub/core/fault.ts';
import { readErrorLog, readSupervisorLog } from '@hub/ha/logs.ts';
import type { ToolContext } from '../define.ts';
import { invalidParameter } from '../shared/invalid-parameter.ts';
import { contains, filtersOf, type LogQuery, pageOf } from './query.ts';
import { type LogRecord, parseLog } from './records.ts';
import { summarize } from './summary.ts';

const SERVICES = ['core', 'supervisor', 'host', 'dns', 'audio', 'multicast'];

/** Home Assistant's own log. @throws Fault RESOURCE_NOT_FOUND where it writes none */
export async function errorLog({ home, signal }: ToolContext): Promise<string> {
  const own = await readErrorLog(home, { signal });
  if (own !== undefined) return own;
  const core = home.info.components.has('hassio') ? await readSupervisorLog(home, 'core', { signal }) : undefined;
  if (core !== undefined) return core;
  throw new Fault('RESOURCE_NOT_FOUND', 'This home writes no log file.', {
    suggestion: "Use source 'system': its warnings and errors are kept in memory.",
    context: { source: 'error_log' },
  });
}

/** The log of one app. @throws Fault VALIDATION_INVALID_PARAMETER | RESOURCE_NOT_FOUND | COMPONENT_NOT_INSTALLED */
export async function appLog(context: ToolContext, slug: string | undefined): Promise<string> {
  if (slug === undefined || !/^[\w-]+$/.test(slug))
    throw invalidParameter(
      'slug',
      "source 'supervisor' wants the slug of an app.",
      'Give it as in the address of the app, e.g. core_ssh.',
    );
  return supervised(context, `addons/${slug}`, slug);
}

/** The log of one part of the system under Home Assistant. @throws Fault as `appLog` */
export async function serviceLog(context: ToolContext, slug: string | undefined): Promise<string> {
  if (slug === undefined || !SERVICES.includes(slug))
    throw invalidParameter(
      'slug',
      "source 'system_service' wants the name of a service.",
      `Use one of ${SERVICES.join(', ')}.`,
      {
        valid_services: SERVICES,
      },
    );
  return supervised(context, slug, slug);
}

async function supervised({ home, signal }: ToolContext, source: string, slug: string): Promise<string> {
  const missing = (cause?: unknown) =>
    new Fault('RESOURCE_NOT_FOUND', `\`slug\`: this home has no log of '${slug}'.`, {
      suggestion: 'Check the slug; only installed apps have a log.',
      context: { parameter: 'slug', slug },
      cause,
    });
  try {
    const text = await readSupervisorLog(home, source, { signal });
    if (text !== undefined) return text;
  } catch (error) {
    // The Supervisor answers 400 for an app it does not know.
    throw error instanceof Fault && error.code === 'VALIDATION_FAILED' ? missing(error) : error;
  }
  throw missing();
}

/** One page of lines, those of one record kept together and in their order. */
export function linesOf(text: string, query: LogQuery) {
  const records = matching(text, query);
  const ordered = query.order === 'oldest' ? records : records.toReversed();
  const lines = ordered.flatMap((record) => record.lines);
  const { items, hasMore } = pageOf(lines, { ...query, order: 'oldest' });
  return {
    log: items.join('\n'),
    ...{ total_lines: lines.length, returned_lines: items.length },
    ...{ limit: query.limit, offset: query.offset, order: query.order, has_more: hasMore },
    note: query.order === 'newest' ? 'Newest records first; lines of one record keep their order.' : 'Oldest first.',
    ...filtersOf({ search: query.search, level: query.level }),
  };
}

export function structuredLog(text: string, query: LogQuery, topN: number | undefined) {
  const records = matching(text, query);
  const found = summarize(
    records.map(({ level, component, message, at }) => ({ level, component, message, at, count: 1 })),
    topN,
  );
  return { ...found, ...filtersOf({ search: query.search, level: query.level }) };
}

function matching(text: string, { search, level }: LogQuery): readonly LogRecord[] {
  return parseLog(text).filter(
    (record) => (level === undefined || record.level === level) && contains(record.lines.join('\n'), search),
  );
}
