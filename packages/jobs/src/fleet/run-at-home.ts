import { Fault } from '@hub/core/fault.ts';
import { newId } from '@hub/core/ids.ts';
import { type CallEnd, INTERRUPTED, UNNAMED_ONLY } from '../call-end.ts';
import type { JobContext } from '../define.ts';
import type { FleetArgs, FleetHome } from './args.ts';
import { judgeAnswer } from './judge-answer.ts';

export interface HomeOutcome {
  readonly home: string;
  /** unknown: the answer was lost amid a write, which may have happened · skipped: it was not to be written to at its turn. */
  readonly outcome: 'done' | 'failed' | 'unknown' | 'skipped';
  readonly result?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
  /** Of one that was skipped; `opens_at`: when its next maintenance window does. */
  readonly why?: string;
  readonly opens_at?: unknown;
}

/** One that was skipped was left as it was. */
export const isBad = ({ outcome }: HomeOutcome): boolean => outcome === 'failed' || outcome === 'unknown';

/** What a home answers is kept with the job; longer ones are cut, as a thousand of them have to fit. */
const MAX_RESULT = 4_000;
const WAIT_S = 50;

/** The home's answer is that its work goes on as this job. */
interface GoesOn {
  readonly goesOnAs: string;
}

type Call = Pick<FleetArgs, 'tool' | 'args' | 'isWrite'>;

/**
 * The call at one home, once; work that goes on as a job of the home is followed to its end in a step of its own, which may be
 * begun anew where the call may not. A home's failure is its outcome. @throws when the job itself is to end
 */
export async function runAtHome(
  call: Call,
  context: JobContext,
  home: FleetHome,
  tell: (message: string) => Promise<void>,
): Promise<HomeOutcome> {
  const { isWrite } = call;
  const { slug } = home;
  const begun = await begin(call, context, home, tell, isWrite).catch((error: unknown) => {
    if (!isUnnamedOnly(error)) throw error;
    return begin(call, context, home, tell, false);
  });
  if ('outcome' in begun) return begun;
  return context.step<HomeOutcome>(`end of ${slug}`, {
    marker: () => ({}),
    act: () => orFailure(context, slug, async () => ended(slug, isWrite, await toItsEnd(context, begun.goesOnAs))),
    observe: async () => ({ is: 'not_done' }),
  });
}

/** A write is named by an id of its own, by which is found out what became of it; one without is never made again. */
function begin(
  { tool, args, isWrite }: Call,
  context: JobContext,
  { id, slug }: FleetHome,
  tell: (message: string) => Promise<void>,
  isNamed: boolean,
): Promise<HomeOutcome | GoesOn> {
  return context.step<HomeOutcome | GoesOn>(`home ${slug}`, {
    isMarkedAnew: true,
    marker: () => ({ home: id, ...(isNamed && { callId: newId() }) }),
    async act({ callId }) {
      const told = await orFailure(context, slug, async () => {
        const body = await context.call(tool, args, id, idOf(callId));
        const { job_id: jobId } = body;
        if (typeof jobId === 'string' && isUnfinished(body)) return { goesOnAs: jobId };
        return ended(slug, isWrite, body);
      });
      return isLost(told) ? await lookedInto(told, idOf(callId)) : told;
    },
    async observe({ callId }) {
      if (!isWrite) return { is: 'not_done' };
      await tell(`${slug}: finding out what became of its write, for two minutes at most`);
      const end = await endOf(idOf(callId));
      return end.is === 'not_done' ? end : { is: 'done', result: toldBy(slug, end) };
    },
  });

  async function endOf(callId: string | undefined): Promise<CallEnd> {
    if (callId !== undefined) return context.endOf({ callId, tool, args, homeId: id });
    return { is: 'unknown', message: INTERRUPTED };
  }

  /** The replica that made the call may have died, while this one goes on. */
  async function lookedInto(told: HomeOutcome, callId: string | undefined): Promise<HomeOutcome | GoesOn> {
    const end = await endOf(callId);
    if (end.is === 'unknown') return told;
    return end.is === 'not_done' ? { ...told, outcome: 'failed' } : toldBy(slug, end);
  }
}

const idOf = (callId: unknown) => (typeof callId === 'string' ? callId : undefined);

/** No answer came at all: one that did says itself what is not known. */
const isLost = (told: HomeOutcome | GoesOn): told is HomeOutcome =>
  'outcome' in told && told.outcome === 'unknown' && told.result === undefined;

function toldBy(home: string, end: Exclude<CallEnd, { is: 'not_done' }>): HomeOutcome | GoesOn {
  switch (end.is) {
    case 'goes_on':
      return { goesOnAs: end.jobId };
    case 'done':
      return { home, outcome: 'done', result: { note: 'It was done; its own answer was lost.' } };
    case 'failed':
      return { home, outcome: 'failed', error: { code: end.code, message: end.message } };
    case 'unknown':
      return { home, outcome: 'unknown', error: { code: 'TIMEOUT_OPERATION', message: end.message } };
  }
}

function isUnnamedOnly(error: unknown): error is Fault {
  return error instanceof Fault && error.context[UNNAMED_ONLY] === true;
}

async function orFailure<T>(context: JobContext, slug: string, work: () => Promise<T>): Promise<T | HomeOutcome> {
  try {
    return await work();
  } catch (error) {
    // The job was told to end: the step stays open, and what becomes of it is settled by the next run.
    context.signal.throwIfAborted();
    if (!(error instanceof Fault) || isUnnamedOnly(error)) throw error;
    const { code, message, outcomeUnknown, context: facts } = error;
    const { left_alone: why, opens_at } = facts;
    if (typeof why === 'string') return { home: slug, outcome: 'skipped', why, opens_at };
    return { home: slug, outcome: outcomeUnknown ? 'unknown' : 'failed', error: { code, message } };
  }
}

async function toItsEnd(context: JobContext, jobId: string): Promise<Record<string, unknown>> {
  for (;;) {
    context.signal.throwIfAborted();
    const body = await context.call('ha_get_job', { job_id: jobId, wait_seconds: WAIT_S });
    if (isUnfinished(body)) continue;
    const { status, job_error: error } = body as {
      status?: string;
      job_error?: { code: Fault['code']; message: string };
    };
    if (!error) return body;
    throw new Fault(error.code, error.message, { outcomeUnknown: status === 'unknown' });
  }
}

function ended(home: string, isWrite: boolean, body: Record<string, unknown>): HomeOutcome {
  const bad = isWrite ? judgeAnswer(body) : undefined;
  return { home, outcome: 'done', ...bad, result: bounded(body) };
}

const isUnfinished = ({ status }: Record<string, unknown>) => status === 'queued' || status === 'running';

function bounded(body: Record<string, unknown>): unknown {
  const { success: _success, home: _home, ...rest } = body;
  const text = JSON.stringify(rest);
  return text.length <= MAX_RESULT ? rest : { cut: `${text.slice(0, MAX_RESULT)}…` };
}
