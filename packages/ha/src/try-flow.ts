import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import { type Checked, checkAnswers } from './check-answers.ts';
import { removeConfigEntry } from './config-entries.ts';
import { fillForm, unusedAnswers } from './flow-answers.ts';
import { answerFlow, closeFlow, type FlowStart, type FlowStep, openFlow } from './flows.ts';
import { formErrors } from './form-errors.ts';
import type { Home } from './home.ts';
import { cancelled } from './pause.ts';
import {
  type Choices,
  createChoices,
  type FlowAnswers,
  type FlowEnd,
  type FlowRun,
  isEnd,
  menuOptions,
  stuck,
} from './run-flow.ts';

/** How far a dialogue can be foreseen without an answer that could be its last. */
export interface FlowTrial {
  /** The step it was left at. */
  readonly step: FlowStep;
  /** Why it would not go on; undefined when nothing is known to be in the way. */
  readonly end: FlowEnd | undefined;
  /** What the form would be sent. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Answers that this step does not ask for. */
  readonly later: readonly string[];
  /** What Home Assistant itself said to the form; undefined where it cannot be asked. */
  readonly checked: Checked | undefined;
}

export interface FlowTry extends FlowRun {
  /** A choice in a menu is known to lead to a form, and to do nothing. */
  readonly isMenuSafe: boolean;
}

const MAX_MENUS = 10;

const createdSchema = z.object({ entry_id: z.string() });

/** Opens a dialogue, holds the answers against its first form, and closes it: nothing is saved. @throws Fault */
export async function tryFlow(home: Home, start: FlowStart, answers: FlowAnswers, how: FlowTry): Promise<FlowTrial> {
  const first = await openFlow(home, start);
  const { flow_id: flowId } = first;
  if (isEnd(first) || flowId === undefined) {
    await takeBack(home, start, first);
    return { ...left(first), end: endOf(first) };
  }
  let trial: FlowTrial | undefined;
  try {
    if (how.signal?.aborted) throw cancelled(how.signal);
    trial = await look(home, { start, first, flowId }, answers, how);
    return trial;
  } finally {
    if (!trial || !isEnd(trial.step)) await closeFlow(home, start.door, flowId);
  }
}

/** A few integrations ask for nothing: to open their dialogue is to set them up. @throws Fault naming what it had to leave */
async function takeBack(home: Home, { door, entryId }: FlowStart, { type, result }: FlowStep): Promise<void> {
  const made = createdSchema.safeParse(result);
  if (door !== 'config' || entryId !== undefined || type !== 'create_entry' || !made.success) return;
  const { entry_id: newId } = made.data;
  try {
    await removeConfigEntry(home, newId);
  } catch (error) {
    throw error instanceof Fault ? leftBehind(newId, error) : error;
  }
}

function leftBehind(entryId: string, cause: Fault): Fault {
  const { code, message, outcomeUnknown } = cause;
  return new Fault(code, `Opening its dialogue set it up, and it could not be removed again: ${message}`, {
    suggestion: `Look whether the entry ${entryId} is there, and remove it: ha_remove_helpers_integrations.`,
    ...{ context: { entry_id: entryId }, outcomeUnknown, cause },
  });
}

interface Opened {
  readonly start: FlowStart;
  readonly first: FlowStep;
  readonly flowId: string;
}

async function look(
  home: Home,
  opened: Opened,
  answers: FlowAnswers,
  { isMenuSafe, signal, soft = [] }: FlowTry,
): Promise<FlowTrial> {
  const choices = createChoices(answers);
  const { step, end } = await passMenus(home, opened, choices, isMenuSafe);
  const unasked = (used: readonly string[]) => unusedAnswers(answers, new Set([...soft, ...choices.keys(), ...used]));
  if (end || step.type === 'menu') return { ...left(step), end, later: unasked([]) };
  if (isEnd(step)) return { ...left(step), end: endOf(step) };
  if (step.type !== 'form')
    return { ...left(step), end: step.type === 'external' ? stuck(step, 'elsewhere') : undefined };
  const { input, used, fixed } = fillForm(step.data_schema ?? [], answers);
  const filled = { ...left(step), input, later: unasked(used) };
  const wrong = slips(step, filled, fixed);
  if (wrong) return { ...filled, end: wrong };
  const checked = await checkAnswers(home, { door: opened.start.door, flowId: opened.flowId, step }, input, signal);
  const base = checked?.refused;
  return { ...filled, checked, end: base === undefined ? undefined : { ...stuck(step, 'refused'), errors: { base } } };
}

/** The first step that is no menu, or the menu that stops it: without a choice, or one that may already act. */
async function passMenus(
  home: Home,
  { start, first, flowId }: Opened,
  choices: Choices,
  isSafe: boolean,
): Promise<Pick<FlowTrial, 'step' | 'end'>> {
  let step = first;
  for (let menus = 0; step.type === 'menu'; menus++) {
    const options = menuOptions(step);
    const choice = choices.take(options) ?? (options.length === 1 ? options[0] : undefined);
    if (choice === undefined || menus === MAX_MENUS) return { step, end: stuck(step, 'menu') };
    if (!isSafe) break;
    const next = await answerFlow(home, start.door, flowId, { next_step_id: choice }, { isWrite: false });
    if ('refused' in next) return { step, end: { ...stuck(step, 'refused'), errors: next.refused } };
    step = next.step;
  }
  return { step, end: undefined };
}

/** What the form itself tells to be wrong. */
function slips(step: FlowStep, { input, later }: FlowTrial, fixed: readonly string[]): FlowEnd | undefined {
  if (fixed.length > 0) return stuck(step, 'fixed', fixed);
  if (step.last_step === true && later.length > 0) return stuck(step, 'unknown', later);
  const errors = formErrors(step.data_schema ?? [], input);
  return Object.keys(errors).length > 0 ? { ...stuck(step, 'refused'), errors } : undefined;
}

function left(step: FlowStep): FlowTrial {
  return { step, end: undefined, input: {}, later: [], checked: undefined };
}

function endOf(step: FlowStep): FlowEnd {
  return step.type === 'create_entry'
    ? { type: 'created', step, unused: [] }
    : { type: 'aborted', reason: step.reason ?? 'unknown', step };
}
