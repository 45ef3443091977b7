import { Fault } from '@hub/core/fault.ts';
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

/**
 * The call at one home, once; work that goes on as a job of the home is followed to its end in a step of its own, which may be
 * begun anew where the call may not. A home's failure is its outcome. @throws when the job itself is to end
 */
export async function runAtHome(
  { tool, args, isWrite }: Pick<FleetArgs, 'tool' | 'args' | 'isWrite'>,
  context: JobContext,
  { id, slug }: FleetHome,
): Promise<HomeOutcome> {
  const begun = await context.step<HomeOutcome | GoesOn>(`home ${slug}`, {
    marker: () => ({ home: id }),
    act: () =>
      orFailure(context, slug, async () => {
        const body = await context.call(tool, args, id);
        const { job_id: jobId } = body;
        if (typeof jobId === 'string' && isUnfinished(body)) return { goesOnAs: jobId };
        return ended(slug, isWrite, body);
      }),
    async observe() {
      if (!isWrite) return { is: 'not_done' };
      const message = 'The hub was interrupted amid this write and did not repeat it: look at the home.';
      return { is: 'done', result: { home: slug, outcome: 'unknown', error: { code: 'TIMEOUT_OPERATION', message } } };
    },
  });
  if ('outcome' in begun) return begun;
  return context.step<HomeOutcome>(`end of ${slug}`, {
    marker: () => ({}),
    act: () => orFailure(context, slug, async () => ended(slug, isWrite, await toItsEnd(context, begun.goesOnAs))),
    observe: async () => ({ is: 'not_done' }),
  });
}

async function orFailure<T>(context: JobContext, slug: string, work: () => Promise<T>): Promise<T | HomeOutcome> {
  try {
    return await work();
  } catch (error) {
    // The job was told to end: the step stays open, and what becomes of it is settled by the next run.
    context.signal.throwIfAborted();
    if (!(error instanceof Fault)) throw error;
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
