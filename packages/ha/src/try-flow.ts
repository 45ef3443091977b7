import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import { type Checked, checkAnswers } from './check-answers.ts';
import { removeConfigEntry } from './config-entries.ts';
import { fillForm, unusedAnswers } from './flow-answers.ts';
import { type Choices, createChoices, menuOptions, type Passed, passMenus } from './flow-menus.ts';
import type { FlowStart, FlowStep } from './flows.ts';
import { formErrors } from './form-errors.ts';
import type { Home } from './home.ts';
import { type FlowAnswers, type FlowEnd, type FlowRun, stuck } from './run-flow.ts';
import { isEnd, withFlow } from './with-flow.ts';

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
  /** A new entry that was made by looking, and is gone again. */
  readonly isTakenBack: boolean;
}

export interface FlowTry extends FlowRun {
  /** A choice in a menu is known to lead to a form, and to do nothing. */
  readonly isMenuSafe: boolean;
}

const createdSchema = z.object({ entry_id: z.string() });

/**
 * Opens a dialogue, holds the answers against its first form, and closes it: nothing is saved, but by one that asks for nothing.
 * A new entry is taken back then; what was saved of an entry that was there stands. @throws Fault naming what it had to leave
 */
export async function tryFlow(home: Home, start: FlowStart, answers: FlowAnswers, how: FlowTry): Promise<FlowTrial> {
  const trial = await withFlow(home, start, (first) => look(home, start, first, answers, how), how.signal);
  return { ...trial, isTakenBack: trial.end?.type === 'created' && (await takeBack(home, start, trial.step)) };
}

async function takeBack(home: Home, { door, entryId }: FlowStart, { result }: FlowStep): Promise<boolean> {
  const made = createdSchema.safeParse(result);
  if (door !== 'config' || entryId !== undefined || !made.success) return false;
  const { entry_id: newId } = made.data;
  try {
    await removeConfigEntry(home, newId);
    return true;
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

async function look(
  home: Home,
  { door }: FlowStart,
  first: FlowStep,
  answers: FlowAnswers,
  { isMenuSafe, signal, soft = [] }: FlowTry,
): Promise<FlowTrial> {
  const choices = createChoices(answers);
  const { step, refused } = await passMenus(home, door, first, isMenuSafe ? choices.takeOrOnly : () => undefined);
  const unasked = (used: readonly string[]) => unusedAnswers(answers, new Set([...soft, ...choices.keys(), ...used]));
  if (step.type === 'menu') return { ...left(step), end: menuEnd(step, choices, refused), later: unasked([]) };
  if (isEnd(step)) return { ...left(step), end: endOf(step) };
  if (step.type !== 'form')
    return { ...left(step), end: step.type === 'external' ? stuck(step, 'elsewhere') : undefined };
  const { input, used, fixed } = fillForm(step.data_schema ?? [], answers);
  const filled = { ...left(step), input, later: unasked(used) };
  const wrong = slips(step, filled, fixed);
  if (wrong) return { ...filled, end: wrong };
  const checked = await checkAnswers(home, door, step, input, signal);
  const base = checked?.refused;
  return { ...filled, checked, end: base === undefined ? undefined : refusedAt(step, { base }) };
}

/** A menu that was not passed for want of a choice, or because one may already act: then nothing is known to be in the way. */
function menuEnd(step: FlowStep, choices: Choices, refused: Passed['refused']): FlowEnd | undefined {
  if (refused) return refusedAt(step, refused);
  return choices.takeOrOnly(menuOptions(step)) === undefined ? stuck(step, 'menu') : undefined;
}

function refusedAt(step: FlowStep, errors: Readonly<Record<string, string>>): FlowEnd {
  return { ...stuck(step, 'refused'), errors };
}

/** What the form itself tells to be wrong. */
function slips(step: FlowStep, { input, later }: FlowTrial, fixed: readonly string[]): FlowEnd | undefined {
  if (fixed.length > 0) return stuck(step, 'fixed', fixed);
  if (step.last_step === true && later.length > 0) return stuck(step, 'unknown', later);
  const errors = formErrors(step.data_schema ?? [], input);
  return Object.keys(errors).length > 0 ? refusedAt(step, errors) : undefined;
}

function left(step: FlowStep): FlowTrial {
  return { step, end: undefined, input: {}, later: [], checked: undefined, isTakenBack: false };
}

function endOf(step: FlowStep): FlowEnd {
  return step.type === 'create_entry'
    ? { type: 'created', step, unused: [] }
    : { type: 'aborted', reason: step.reason ?? 'unknown', step };
}
