import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';

const summarySchema = z.looseObject({
  run_id: z.string(),
  domain: z.string(),
  item_id: z.string(),
  state: z.string(),
  script_execution: z.string().nullish(),
  last_step: z.string().nullish(),
  error: z.string().optional(),
  /** What set it off, in words; automations only. */
  trigger: z.string().nullish(),
  timestamp: z.looseObject({ start: z.string(), finish: z.string().nullable() }),
});
const stepSchema = z.looseObject({
  path: z.string(),
  timestamp: z.string(),
  changed_variables: z.record(z.string(), z.unknown()).optional(),
  result: z.record(z.string(), z.unknown()).optional(),
  error: z.string().optional(),
  child_id: z.unknown().optional(),
});
const traceSchema = summarySchema.extend({
  trace: z.record(z.string(), z.array(stepSchema)),
  config: z.record(z.string(), z.unknown()).nullish(),
  context: z.unknown().optional(),
});

export type TraceSummary = z.infer<typeof summarySchema>;
export type TraceStep = z.infer<typeof stepSchema>;
export type Trace = z.infer<typeof traceSchema>;
export type TracedDomain = 'automation' | 'script';

/** The runs Home Assistant remembers of one item, oldest first; 5 unless the item says otherwise. `itemId` is the configuration's id. Source: HA `trace/list`. */
export async function listTraces(
  home: Home,
  domain: TracedDomain,
  itemId: string,
  options: CallOptions = {},
): Promise<readonly TraceSummary[]> {
  const answer = await home.send({ type: 'trace/list', domain, item_id: itemId }, { ...options, isWrite: false });
  return z.array(summarySchema).parse(answer);
}

/** One run, step by step; undefined when Home Assistant has none such (any more). Source: HA `trace/get`. */
export async function getTrace(
  home: Home,
  domain: TracedDomain,
  itemId: string,
  runId: string,
  options: CallOptions = {},
): Promise<Trace | undefined> {
  try {
    const command = { type: 'trace/get', domain, item_id: itemId, run_id: runId };
    return traceSchema.parse(await home.send(command, { ...options, isWrite: false }));
  } catch (error) {
    if (error instanceof Fault && error.context['ha_error_code'] === 'not_found') return undefined;
    throw error;
  }
}
