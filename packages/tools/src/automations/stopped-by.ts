import { Fault } from '@hub/core/fault.ts';
import { getTrace, type Trace, type TracedDomain, type TraceStep, type TraceSummary } from '@hub/ha/traces.ts';
import type { View } from '@hub/ha/view.ts';

/**
 * The conditions that kept a run from acting, as they are written and with what was found, so that a list of runs already tells
 * why. Undefined for a run that no condition stopped, and where the run may not be seen or is gone.
 */
export async function stoppedBy(
  home: View,
  domain: TracedDomain,
  itemId: string,
  { run_id: runId, script_execution: execution }: TraceSummary,
  signal: AbortSignal,
): Promise<readonly Readonly<Record<string, unknown>>[] | undefined> {
  if (execution !== 'failed_conditions') return undefined;
  const trace = await readVisible(home, domain, itemId, runId, signal);
  if (!trace) return undefined;
  const failed = Object.entries(trace.trace).flatMap(([path, steps]) => steps.map((step) => ({ ...step, path })));
  const own = failed.filter(({ path, result }) => /^condition\/\d+$/.test(path) && result?.['result'] === false);
  return own.length === 0
    ? undefined
    : own.map((step) => ({ path: step.path, condition: conditionOf(trace, step), ...step.result }));
}

async function readVisible(home: View, domain: TracedDomain, itemId: string, runId: string, signal: AbortSignal) {
  try {
    return await getTrace(home, domain, itemId, runId, { signal });
  } catch (error) {
    if (error instanceof Fault && error.code === 'ENTITY_VISIBILITY_ENFORCED') return undefined;
    throw error;
  }
}

/** `condition/1` is the second of the configuration, whichever of its two spellings that has. */
function conditionOf({ config }: Trace, { path }: TraceStep): unknown {
  const written: unknown = config?.['conditions'] ?? config?.['condition'];
  const at = Number(path.slice('condition/'.length));
  return Array.isArray(written) ? written[at] : at === 0 ? written : undefined;
}
