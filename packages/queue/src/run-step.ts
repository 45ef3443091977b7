import { Fault, withoutDoubt } from '@hub/core/fault.ts';
import type { Step } from '@hub/jobs/define.ts';
import { isTransient } from './transient.ts';

/** What is kept of a step: open = the act may be under way · done · not_done = it certainly did not happen. */
export interface StoredStep {
  readonly state: 'open' | 'done' | 'not_done';
  readonly marker: Record<string, unknown>;
  readonly result: unknown;
}

/** A job's steps as stored. `open` and `close` refuse (throw) once another attempt has the job. */
export interface StepStore {
  read(name: string): Promise<StoredStep | undefined>;
  open(name: string, marker: Record<string, unknown>): Promise<void>;
  close(name: string, state: 'done' | 'not_done', result: unknown): Promise<void>;
}

export interface StepSurroundings {
  readonly store: StepStore;
  readonly signal: AbortSignal;
  /** This process is about to go down: an act under way may end, and none begins. */
  readonly leaving?: AbortSignal | undefined;
  /** Resolves when the home answers again. */
  ready(): Promise<void>;
}

/**
 * One act on a home, made at most once as far as anyone can tell: its marker is stored before it leaves, a lost answer
 * or an earlier attempt's open act is observed first, and the act runs again only when it was seen not to have happened.
 * @throws Fault with `outcomeUnknown` when nobody can tell; whatever `act` throws when it certainly failed.
 */
export async function runStep<T>(around: StepSurroundings, name: string, step: Step<T>): Promise<T> {
  const earlier = await around.store.read(name);
  // Stored by this very step's `act` or `observe`, so it is a T as JSON keeps it.
  if (earlier?.state === 'done') return earlier.result as T;
  around.leaving?.throwIfAborted();
  if (earlier?.state === 'open') {
    const seen = await observe(around, name, step, earlier.marker);
    if (seen.isDone) return finish(around, name, seen.result);
  }
  // The same marker again, unless the step has it otherwise: should the first act turn up after all, both carry one name.
  const marker = (!step.isMarkedAnew && earlier?.marker) || (await step.marker());
  // A home that is away fails here, before a marker could make the outcome look doubtful.
  await around.ready();
  around.signal.throwIfAborted();
  await around.store.open(name, marker);
  return finish(around, name, await actOrObserve(around, name, step, marker));
}

async function finish<T>(around: StepSurroundings, name: string, result: T): Promise<T> {
  await around.store.close(name, 'done', result);
  return result;
}

async function actOrObserve<T>(
  around: StepSurroundings,
  name: string,
  step: Step<T>,
  marker: Record<string, unknown>,
): Promise<T> {
  try {
    return await step.act(marker);
  } catch (error) {
    // Interrupted or a bug: the step stays open, and whoever runs the job next looks before acting.
    if (around.signal.aborted || !(error instanceof Fault)) throw error;
    const isLost = error.outcomeUnknown || isTransient(error);
    const seen = isLost ? await observe(around, name, step, marker, error) : notDone;
    if (seen.isDone) return seen.result;
    await around.store.close(name, 'not_done', undefined);
    // Once the home was seen not to have acted, nothing about it is unknown any more.
    throw isLost ? withoutDoubt(error) : error;
  }
}

const notDone = { isDone: false } as const;

async function observe<T>(
  around: StepSurroundings,
  name: string,
  step: Step<T>,
  marker: Record<string, unknown>,
  cause?: Fault,
): Promise<{ isDone: true; result: T } | { isDone: false }> {
  await around.ready();
  const seen = await step.observe(marker);
  if (seen.is === 'done') return { isDone: true, result: seen.result as T };
  if (seen.is === 'not_done') return { isDone: false };
  throw new Fault('TIMEOUT_OPERATION', `nobody can tell whether "${name}" happened at the home`, {
    outcomeUnknown: true,
    suggestion: 'look at the home before you start this again',
    context: { step: name },
    cause,
  });
}
