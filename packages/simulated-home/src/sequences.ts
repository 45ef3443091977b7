import { fireEvent, type HomeModel, later, pythonTime, setState } from './home-model.ts';
import { stableId } from './identifiers.ts';
import { type Json, listOf, numberOf, recordOf, textOf } from './read.ts';
import { Refusal } from './refusal.ts';
import type { ServiceCall } from './service.ts';
import type { Context, StateRecord } from './template.ts';

const keptTraces = 5;

interface Run {
  readonly kind: 'automation' | 'script';
  readonly record: StateRecord;
  readonly itemId: string;
  readonly config: Json;
  readonly context: Context;
  readonly call: ServiceCall['call'];
}

interface Step {
  readonly path: string;
  readonly timestamp: string;
  readonly changed_variables?: Json;
  readonly result?: Json;
  readonly error?: string;
}

/** Runs service calls and scenes; any other kind of step is noted in the trace and passed over. */
function runStep(run: Run, step: Json, path: string): Step {
  const at = { path, timestamp: pythonTime(Date.now()) };
  const scene = textOf(step['scene']);
  const action = textOf(step['action'] ?? step['service'], scene === '' ? '' : 'scene.turn_on');
  if (action === '') return { ...at, result: { simulated: 'this kind of step is not run' } };
  const target = scene === '' ? recordOf(step['target']) : { entity_id: scene };
  const [domain = '', service = ''] = action.split('.');
  try {
    run.call(action, recordOf(step['data']), target);
    return {
      ...at,
      result: { params: { domain, service, service_data: recordOf(step['data']), target }, running_script: false },
    };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ...at, error: error.message };
  }
}

/** Runs the actions of an automation or the sequence of a script and keeps its trace. @throws Refusal when a step fails, after keeping the trace. */
export function runSequence(home: HomeModel, run: Run): void {
  const { kind, record, itemId, config, context } = run;
  const start = pythonTime(Date.now());
  const attributes = { ...record.attributes, last_triggered: start };
  setState(home, record.entity_id, record.state, attributes, context);
  const name = textOf(record.attributes['friendly_name']);
  const started =
    kind === 'automation' ? { name, entity_id: record.entity_id, source: null } : { name, entity_id: record.entity_id };
  fireEvent(home, kind === 'automation' ? 'automation_triggered' : 'script_started', started, context);
  const word = kind === 'automation' ? 'action' : 'sequence';
  const steps: Step[] =
    kind === 'automation'
      ? [{ path: 'trigger', timestamp: start, changed_variables: { trigger: { platform: null } } }]
      : [];
  const todo = listOf(config['actions'] ?? config['action'] ?? config['sequence']).map(recordOf);
  for (const [at, step] of todo.entries()) {
    steps.push(runStep(run, step, `${word}/${at}`));
    if (steps.at(-1)?.error !== undefined) break;
  }
  const failure = steps.at(-1)?.error;
  const trace = {
    last_step: steps.at(-1)?.path ?? null,
    run_id: stableId(context.id),
    state: 'stopped',
    script_execution: failure === undefined ? 'finished' : 'error',
    timestamp: { start, finish: pythonTime(Date.now()) },
    domain: kind,
    item_id: itemId,
    ...(kind === 'automation' ? { trigger: null } : {}),
    ...(failure === undefined ? {} : { error: failure }),
    trace: Object.fromEntries(steps.map((step) => [step.path, [step]])),
    config,
    blueprint_inputs: null,
    context,
  };
  const key = `${kind}/${itemId}`;
  home.traces.set(key, [...(home.traces.get(key) ?? []), trace].slice(-keptTraces));
  if (failure !== undefined) throw new Refusal('home_assistant_error', failure);
}

/** The stored configuration behind an automation or script entity. */
export function itemOf(home: HomeModel, entityId: string): { id: string; config: Json } | undefined {
  const entry = home.entities.get(entityId);
  const kind = entityId.slice(0, entityId.indexOf('.'));
  const config = entry === undefined ? undefined : home.items.get(`${kind}/${entry.unique_id}`);
  return entry === undefined || config === undefined ? undefined : { id: entry.unique_id, config };
}

/** Applies scene states at once; attributes given in the scene are set with them. */
export function applyScene(home: HomeModel, entities: Json, context: Context): void {
  for (const [entityId, wanted] of Object.entries(entities)) {
    const record = home.states.get(entityId);
    const { state: named, ...attributes } = recordOf(wanted);
    const given = textOf(
      typeof wanted === 'object' ? named : wanted,
      typeof wanted === 'boolean' ? (wanted ? 'on' : 'off') : 'on',
    );
    if (record !== undefined) setState(home, entityId, given, { ...record.attributes, ...attributes }, context);
  }
}

/** A script answers when it ends: its delays (seconds or HH:MM:SS) are waited for, at most `limitMs`. */
export function delayOf(config: Json, limitMs = 60_000): number {
  const seconds = listOf(config['sequence']).map((step) => {
    const delay = recordOf(step)['delay'];
    const parts = typeof delay === 'string' ? delay.split(':').map(Number) : [];
    const { hours, minutes, seconds: rest } = recordOf(delay);
    if (parts.length === 3) return parts.reduce((sum, part) => sum * 60 + part, 0);
    return numberOf(delay, numberOf(hours, 0) * 3600 + numberOf(minutes, 0) * 60 + numberOf(rest, 0));
  });
  return Math.min(limitMs, 1000 * seconds.reduce((sum, one) => sum + one, 0));
}

export function waitFor(home: HomeModel, delayMs: number): Promise<void> {
  return new Promise((resolve) => later(home, delayMs, resolve));
}
