import { Fault } from '@hub/core/fault.ts';
import { getTrace, listTraces } from '@hub/ha/traces.ts';
import type { View } from '@hub/ha/view.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { AUTOMATION, SCRIPT } from '../shared/config-kinds.ts';
import { resolveItem } from '../shared/config-resolve.ts';
import { count, stringList, successShape } from '../shared/parameters.ts';
import { stoppedBy } from './stopped-by.ts';
import { traceContext } from './trace-context.ts';
import { formatTrace, keepSections } from './trace-detail.ts';
import { diagnose, diagnosticsShape } from './trace-diagnostics.ts';

const MAX_LISTED_RUNS = 20;
const HINT = 'Call again with run_id for what triggered a run, which conditions held and what each action did.';
const STOPPED_HINT =
  'stopped_by: the condition that was not met, as it is written. With run_id also what triggered a run and what its actions did.';

const listShape = z.strictObject({
  ...successShape,
  automation_id: z.string(),
  trace_count: z.number().int(),
  total_available: z.number().int(),
  offset: z.number().int(),
  order: z.enum(['newest', 'oldest']),
  has_more: z.boolean(),
  traces: z.array(z.record(z.string(), z.unknown())),
  hint: z.string(),
  diagnostics: diagnosticsShape.optional(),
});
const detailShape = z.looseObject({
  ...successShape,
  automation_id: z.string(),
  run_id: z.string(),
  timestamp: z.unknown(),
  state: z.unknown(),
});

/** The runs Home Assistant remembers (5 per item unless the item says otherwise). Source: HA `trace/list`, `trace/get`. */
export const tool = defineTool({
  name: 'ha_get_automation_traces',
  title: 'Get Automation Traces',
  docs: 'Why an automation or script did or did not do something. Without run_id: its recent runs, what stopped the newest, or, when there are none, the likely reason. With run_id: trigger, condition results and every action step with its result, error and variables. Home Assistant keeps the last 5 runs.',
  tags: ['History & Statistics'],
  scope: 'home',
  effect: 'read',
  idempotent: true,
  input: z.strictObject({
    automation_id: z.string().describe('entity id: automation.… or script.…'),
    run_id: z.string().optional().describe('one run, from the list'),
    limit: count(1, 50).default(10),
    deduplicate: z.boolean().default(true).describe('leave out variables that did not change, and the trigger’s own'),
    detailed: z.boolean().default(false).describe('with run_id: also the context and what the logbook says of the run'),
    sections: stringList('with run_id: only trigger, conditions, actions, config, error, logbook, context').optional(),
    offset: count(0).default(0),
    order: z.enum(['newest', 'oldest']).default('newest'),
  }),
  output: z.union([listShape, detailShape]),
  async run(input, { home, signal }) {
    const { automation_id: entityId, run_id: runId } = input;
    const { domain, kind } = kindOf(entityId);
    const { id } = await resolveItem(home, kind, entityId);
    if (runId === undefined) return await list(home, domain, id, input, signal);
    const trace = await getTrace(home, domain, id, runId, { signal });
    if (!trace) throw await unknownRun(home, domain, id, entityId, runId);
    const wantsContext = input.detailed || ['logbook', 'context'].some((name) => input.sections?.includes(name));
    const context = wantsContext ? await traceContext(home, trace, signal) : {};
    const detail = { ...formatTrace(trace, domain, input.deduplicate), ...context };
    const { body, warnings } = keepSections(detail, input.sections);
    return {
      success: true as const,
      automation_id: entityId,
      run_id: runId,
      timestamp: trace.timestamp,
      state: trace.state,
      ...body,
      ...(warnings.length > 0 ? { warnings } : {}),
    };
  },
});

function kindOf(entityId: string) {
  if (entityId.startsWith('automation.')) return { domain: 'automation' as const, kind: AUTOMATION };
  if (entityId.startsWith('script.')) return { domain: 'script' as const, kind: SCRIPT };
  throw new Fault('VALIDATION_INVALID_PARAMETER', `\`automation_id\`: '${entityId}' is no automation and no script.`, {
    suggestion: 'Give an entity id that starts with automation. or script.; ha_search finds it.',
    context: { parameter: 'automation_id', automation_id: entityId },
  });
}

interface ListInput {
  readonly automation_id: string;
  readonly limit: number;
  readonly offset: number;
  readonly order: 'newest' | 'oldest';
}

async function list(
  home: View,
  domain: 'automation' | 'script',
  id: string,
  { automation_id, limit, offset, order }: ListInput,
  signal: AbortSignal,
) {
  const all = [...(await listTraces(home, domain, id))];
  all.sort((a, b) => (a.timestamp.start < b.timestamp.start ? -1 : 1));
  if (order === 'newest') all.reverse();
  const page = all.slice(offset, offset + limit);
  const latest = page[order === 'newest' ? 0 : page.length - 1];
  const reasons = latest && (await stoppedBy(home, domain, id, latest, signal));
  const traces = page.map((trace) => ({
    run_id: trace.run_id,
    timestamp: trace.timestamp,
    state: trace.state,
    execution: trace.script_execution,
    ...(trace.trigger ? { trigger: trace.trigger } : {}),
    ...(trace.error ? { error: trace.error } : {}),
    last_step: trace.last_step,
    ...(trace === latest && reasons ? { stopped_by: reasons } : {}),
  }));
  return {
    success: true as const,
    automation_id,
    trace_count: traces.length,
    total_available: all.length,
    offset,
    order,
    has_more: offset + traces.length < all.length,
    traces,
    hint: reasons ? STOPPED_HINT : HINT,
    ...(all.length === 0 ? { diagnostics: await diagnose(home, domain, automation_id) } : {}),
  };
}

async function unknownRun(home: View, domain: 'automation' | 'script', id: string, entityId: string, runId: string) {
  const runs = (await listTraces(home, domain, id)).map((trace) => trace.run_id).slice(-MAX_LISTED_RUNS);
  return new Fault('SERVICE_CALL_FAILED', `Home Assistant has no run ${runId} of ${entityId} (any more).`, {
    suggestion: runs.length > 0 ? 'Take one of available_run_ids.' : 'It keeps only the last runs; let it run again.',
    context: { automation_id: entityId, run_id: runId, available_run_ids: runs },
  });
}
