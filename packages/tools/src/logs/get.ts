import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { invalidParameter } from '../shared/invalid-parameter.ts';
import { timedShape } from '../shared/local-time.ts';
import { count, successShape } from '../shared/parameters.ts';
import { requireAdmin } from '../shared/require-admin.ts';
import { logbook } from './logbook.ts';
import { type LogQuery, logQuery } from './query.ts';
import { logLevels, structuredSystemLog, systemLog } from './system-log.ts';
import { appLog, errorLog, linesOf, serviceLog, structuredLog } from './text-log.ts';

const input = z.strictObject({
  source: z
    .enum(['logbook', 'system', 'error_log', 'supervisor', 'system_service', 'logger'])
    .default('logbook')
    .describe(
      'logbook: what happened; system: warnings and errors; error_log: the log file; supervisor: an app; system_service: core, supervisor, host, dns …; logger: levels',
    ),
  limit: z.number().int().optional().describe('at most 500; 50 entries or 100 lines unless given'),
  search: z.string().optional().describe('words that must occur'),
  order: z.enum(['newest', 'oldest']).default('newest'),
  hours_back: count(1).default(1).describe('logbook'),
  entity_id: z.string().optional().describe('logbook'),
  end_time: z.string().optional().describe('logbook: now unless given'),
  offset: count(0).default(0),
  compact: z.boolean().default(true).describe('logbook: false adds icon and what caused it'),
  level: z.string().optional().describe('DEBUG, INFO, WARNING, ERROR, CRITICAL; not for logbook'),
  structured: z
    .boolean()
    .default(false)
    .describe('system, error_log, app and service logs: the commonest issues, counted'),
  top_n: count(1).optional().describe('with structured: 10 unless given'),
  slug: z.string().optional().describe('supervisor: the app; system_service: the service'),
});

type Input = z.infer<typeof input>;

const ADMIN_ONLY: ReadonlySet<Input['source']> = new Set(['error_log', 'supervisor', 'system_service']);

export const tool = defineTool({
  name: 'ha_get_logs',
  title: 'Get Logs',
  docs: 'What happened in the home (logbook) and what went wrong in Home Assistant (system, error_log, app and service logs). structured=true sums a log up by issue. For past values of a sensor use ha_get_history; for the runs of one automation ha_get_automation_traces.',
  tags: ['History & Statistics'],
  scope: 'home',
  effect: 'read',
  idempotent: true,
  input,
  output: z.union([
    z.object({ data: z.looseObject({ source: z.literal('logbook') }), ...timedShape }),
    z.looseObject({ ...successShape, source: z.string() }),
  ]),
  async run(call, context) {
    const { source } = call;
    if (ADMIN_ONLY.has(source)) await requireAdmin(context, 'This log');
    const query = logQuery(call, source === 'logbook' ? 50 : 100);
    if (source === 'logbook') {
      const { hours_back: hoursBack, end_time: endTime, entity_id: entityId, compact: isCompact } = call;
      if (query.level !== undefined)
        throw invalidParameter(
          'level',
          'the logbook has no levels.',
          'Leave it out, or use source system or error_log.',
        );
      return logbook(context, { hoursBack, endTime, entityId, isCompact }, query);
    }
    const answer = await flat(call, context, query);
    return { success: true as const, source, ...(call.slug === undefined ? {} : { slug: call.slug }), ...answer };
  },
});

async function flat(call: Input, context: ToolContext, query: LogQuery): Promise<Record<string, unknown>> {
  const { source, structured, top_n: topN, slug } = call;
  if (source === 'logger') return logLevels(context, query);
  if (source === 'system') return structured ? structuredSystemLog(context, query, topN) : systemLog(context, query);
  const text = await textOf(source, slug, context);
  return structured ? structuredLog(text, query, topN) : linesOf(text, query);
}

function textOf(source: Input['source'], slug: string | undefined, context: ToolContext): Promise<string> {
  if (source === 'supervisor') return appLog(context, slug);
  return source === 'system_service' ? serviceLog(context, slug) : errorLog(context);
}
