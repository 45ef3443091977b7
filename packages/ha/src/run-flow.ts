import { fillForm, unusedAnswers } from './flow-answers.ts';
import { type Choices, createChoices, menuOptions, passMenus } from './flow-menus.ts';
import { answerFlow, type FlowStart, type FlowStep, readFlow } from './flows.ts';
import type { Home } from './home.ts';
import { waitForPush } from './wait-for-push.ts';
import { withFlow } from './with-flow.ts';

export type FlowAnswers = Readonly<Record<string, unknown>>;

/** menu: no choice for it · refused: the home's words are in `errors` · unknown, fixed: see `names` · elsewhere: a person has to go on. */
type Stuck = 'menu' | 'refused' | 'unknown' | 'fixed' | 'elsewhere';

/** How a dialogue ended. What is `stuck` was closed without effect. */
export type FlowEnd =
  | { readonly type: 'created'; readonly step: FlowStep; readonly unused: readonly string[] }
  /** Home Assistant ended it, after a change (`reconfigure_successful`) as well as for a reason that forbids it. */
  | { readonly type: 'aborted'; readonly reason: string; readonly step: FlowStep }
  | StuckEnd;

/** How Home Assistant ends a dialogue that changed something which was there. */
export function isReconfigured(end: FlowEnd): boolean {
  return end.type === 'aborted' && /^reconfigure_successful$|^reconfigured/.test(end.reason);
}

/** It has made or changed what it is about. */
export function isDone(end: FlowEnd): boolean {
  return end.type === 'created' || isReconfigured(end);
}

export interface StuckEnd {
  readonly type: 'stuck';
  readonly step: FlowStep;
  readonly why: Stuck;
  readonly errors: Readonly<Record<string, string>>;
  readonly names: readonly string[];
}

export interface FlowRun {
  readonly signal?: AbortSignal | undefined;
  /** Answers that need not be asked for. */
  readonly soft?: readonly string[] | undefined;
}

/** Dialogues of real integrations have up to about ten steps. */
const MAX_STEPS = 25;
const MAX_VISITS = 3;
const PROGRESS_MS = 45_000;

/**
 * Goes through a whole dialogue with answers given beforehand, and leaves none open behind it.
 * An answer that no step can take stops it before the last step, so that a slip of the pen changes nothing.
 * @throws Fault; with `outcomeUnknown` when the answer to a step was lost
 */
export function runFlow(home: Home, start: FlowStart, answers: FlowAnswers, run: FlowRun = {}): Promise<FlowEnd> {
  return withFlow(home, start, (first) => walk(home, start, first, answers, run), run.signal);
}

/** The first step that asks for something, after the menu choices among `answers`; closed again at once. @throws Fault */
export async function peekFlow(home: Home, start: FlowStart, answers: FlowAnswers = {}): Promise<FlowStep> {
  const { take } = createChoices(answers);
  return (await withFlow(home, start, (first) => passMenus(home, start.door, first, take))).step;
}

interface Walk {
  readonly home: Home;
  readonly door: FlowStart['door'];
  readonly answers: FlowAnswers;
  readonly used: Set<string>;
  readonly choices: Choices;
  readonly visits: Map<string, number>;
  readonly signal: AbortSignal | undefined;
}

async function walk(
  home: Home,
  { door }: FlowStart,
  first: FlowStep,
  answers: FlowAnswers,
  { signal, soft = [] }: FlowRun,
): Promise<FlowEnd> {
  const used = new Set<string>(soft);
  const on: Walk = { home, door, answers, used, choices: createChoices(answers), visits: new Map(), signal };
  let step = first;
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    if (step.type === 'create_entry') return { type: 'created', step, unused: unusedAnswers(answers, used) };
    const { flow_id: flowId } = step;
    if (step.type === 'abort' || flowId === undefined)
      return { type: 'aborted', reason: step.reason ?? 'unknown', step };
    const isAsking = step.type === 'form' || step.type === 'menu';
    const next = isAsking ? await answer(on, step, flowId) : await afterProgress(on, step, flowId);
    if ('end' in next) return next.end;
    step = next.step;
  }
  return stuck(step, 'refused');
}

type Next = { readonly step: FlowStep } | { readonly end: StuckEnd };

/** Answers a form or menu: the next step, or why there is none. */
async function answer(on: Walk, step: FlowStep, flowId: string): Promise<Next> {
  const { step_id: stepId = '' } = step;
  const visit = (on.visits.get(stepId) ?? 0) + 1;
  on.visits.set(stepId, visit);
  const turn = plan(step, on);
  if ('stuck' in turn) return { end: stuck(step, turn.stuck, turn.names) };
  if (visit > MAX_VISITS) return { end: stuck(step, 'refused') };
  const next = await answerFlow(on.home, on.door, flowId, turn.input, on.signal ? { signal: on.signal } : {});
  if ('refused' in next) return { end: { ...stuck(step, 'refused'), errors: next.refused } };
  const errors = errorsOf(next.step);
  return Object.keys(errors).length > 0 ? { end: { ...stuck(next.step, 'refused'), errors } } : next;
}

/** What is to be sent for one step, or why nothing can be; notes the answers that serve. */
function plan(
  step: FlowStep,
  { answers, used, choices }: Walk,
):
  | { readonly input: Readonly<Record<string, unknown>> }
  | { readonly stuck: Stuck; readonly names?: readonly string[] } {
  if (step.type === 'menu') {
    const choice = choices.takeOrOnly(menuOptions(step));
    for (const key of choices.keys()) used.add(key);
    return choice === undefined ? { stuck: 'menu' } : { input: { next_step_id: choice } };
  }
  const filled = fillForm(step.data_schema ?? [], answers);
  for (const one of filled.used) used.add(one);
  if (filled.fixed.length > 0) return { stuck: 'fixed', names: filled.fixed };
  const unknown = step.last_step === true ? unusedAnswers(answers, used) : [];
  return unknown.length > 0 ? { stuck: 'unknown', names: unknown } : { input: filled.input };
}

/** An end that changed nothing. */
export function stuck(step: FlowStep, why: Stuck, names: readonly string[] = []): StuckEnd {
  return { type: 'stuck', step, why, errors: {}, names };
}

function errorsOf({ errors }: FlowStep): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(errors ?? {}).map(([field, why]) => [field, String(why)]));
}

/** What follows a step at which Home Assistant works by itself, told by its event; stuck when that takes too long. */
async function afterProgress({ home, door, signal }: Walk, step: FlowStep, flowId: string): Promise<Next> {
  if (step.type === 'external') return { end: stuck(step, 'elsewhere') };
  let next: FlowStep = step;
  const command = { type: 'subscribe_events', event_type: 'data_entry_flow_progressed' };
  const look = async () => {
    next = await readFlow(home, door, flowId);
    return next.type !== 'progress';
  };
  const isOver = await waitForPush(home, command, look, { deadlineMs: PROGRESS_MS, signal });
  return isOver ? { step: next } : { end: stuck(step, 'elsewhere') };
}
