import type { Trace, TraceStep } from '@hub/ha/traces.ts';

/** What of a step's variables is the same in every step of every run. */
const KNOWN_VARIABLES = new Set(['this', 'trigger', 'context']);

const SECTION_KEYS: Readonly<Record<string, string>> = {
  trigger: 'trigger',
  conditions: 'condition_results',
  actions: 'action_trace',
  config: 'config_summary',
  error: 'error',
  logbook: 'logbook_entries',
  context: 'context',
};

type Variables = Readonly<Record<string, unknown>>;

/** One run as a reader needs it: what started it, which conditions held, what each action did, in the order of time. */
export function formatTrace(
  trace: Trace,
  domain: 'automation' | 'script',
  deduplicate: boolean,
): Record<string, unknown> {
  const steps = Object.entries(trace.trace)
    .flatMap(([path, list]) => list.map((step) => ({ ...step, path })))
    .sort((a, b) => (a.timestamp === b.timestamp ? 0 : a.timestamp < b.timestamp ? -1 : 1));
  const under = (root: RegExp) => steps.filter(({ path }) => root.test(path));
  const conditions = under(/^condition(\/|$)/).map(conditionResult);
  const isManual = domain === 'script';
  return {
    ...(isManual ? {} : { trigger: triggerOf(under(/^trigger(\/|$)/)[0], trace.trigger) }),
    ...(conditions.length > 0 ? { condition_results: conditions } : {}),
    action_trace: actionTrace(under(/^(action|sequence|\d+)(\/|$)/), deduplicate),
    config_summary: { alias: trace.config?.['alias'] ?? null, mode: trace.config?.['mode'] ?? 'single' },
    ...(trace.error ? { error: trace.error } : {}),
    script_execution: trace.script_execution ?? null,
  };
}

/** Leaves only the named sections; unknown names are told. */
export function keepSections(
  detail: Readonly<Record<string, unknown>>,
  sections: readonly string[] | undefined,
): { body: Record<string, unknown>; warnings: string[] } {
  if (!sections || sections.length === 0) return { body: { ...detail }, warnings: [] };
  const names = sections.map((name) => name.toLowerCase());
  const keys = names.map((name) => SECTION_KEYS[name] ?? (name in detail ? name : undefined));
  const kept = new Set(['script_execution', ...keys]);
  const unknown = names.filter((_name, index) => keys[index] === undefined);
  return {
    body: Object.fromEntries(Object.entries(detail).filter(([key]) => kept.has(key))),
    warnings:
      unknown.length === 0
        ? []
        : [`Unknown sections ignored: ${unknown.join(', ')}. Known: ${Object.keys(SECTION_KEYS).join(', ')}.`],
  };
}

function triggerOf(step: TraceStep | undefined, description: string | null | undefined): Record<string, unknown> {
  const variables = recordOf(step && variablesOf(step)['trigger']);
  const error = step?.error === undefined ? {} : { error: step.error };
  if (!step || Object.keys(variables).length === 0) return { description: description ?? null, ...error };
  const stateOf = (key: string) => (key in variables ? { [key]: recordOf(variables[key])['state'] ?? null } : {});
  return {
    platform: variables['platform'] ?? null,
    description: variables['description'] ?? description ?? null,
    ...('entity_id' in variables ? { entity_id: variables['entity_id'] } : {}),
    ...stateOf('from_state'),
    ...stateOf('to_state'),
    ...error,
  };
}

function conditionResult(step: TraceStep): Record<string, unknown> {
  const { path, timestamp, error } = step;
  return { path, timestamp, result: step.result?.['result'] ?? null, ...(error === undefined ? {} : { error }) };
}

function actionTrace(steps: readonly TraceStep[], deduplicate: boolean): Record<string, unknown>[] {
  let shown: string | undefined;
  return steps.map((step) => {
    const variables = deduplicate ? ownVariables(variablesOf(step)) : variablesOf(step);
    const text = JSON.stringify(variables);
    const isNews = Object.keys(variables).length > 0 && !(deduplicate && text === shown);
    if (isNews) shown = text;
    return {
      path: step.path,
      timestamp: step.timestamp,
      ...(step.result === undefined ? {} : { result: step.result }),
      ...(step.error === undefined ? {} : { error: step.error }),
      ...(isNews ? { variables } : {}),
      ...(step.child_id === undefined ? {} : { child_id: step.child_id }),
    };
  });
}

function ownVariables(variables: Variables): Variables {
  return Object.fromEntries(
    Object.entries(variables).filter(([key, value]) => !KNOWN_VARIABLES.has(key) && value !== null),
  );
}

/** Home Assistant tells only what changed in a step. */
function variablesOf(step: TraceStep): Variables {
  return recordOf(step.changed_variables);
}

function recordOf(value: unknown): Variables {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}
