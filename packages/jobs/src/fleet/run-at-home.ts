import { Fault } from '@hub/core/fault.ts';
import type { JobContext } from '../define.ts';
import type { FleetArgs, FleetHome } from './args.ts';

export interface HomeOutcome {
  readonly home: string;
  /** unknown: the answer was lost amid a write, which may have happened · skipped: its maintenance windows were closed. */
  readonly outcome: 'done' | 'failed' | 'unknown' | 'skipped';
  readonly result?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
  /** Of one that was skipped. */
  readonly opens_at?: string;
}

/** One that was skipped was left as it was. */
export const isBad = ({ outcome }: HomeOutcome): boolean => outcome === 'failed' || outcome === 'unknown';

/** What a home answers is kept with the job; longer ones are cut, as a thousand of them have to fit. */
const MAX_RESULT = 4_000;
const WAIT_S = 50;

/** The call at one home, once. A home's failure is its outcome. @throws when the job itself is to end */
export async function runAtHome(
  { tool, args, isWrite }: Pick<FleetArgs, 'tool' | 'args' | 'isWrite'>,
  context: JobContext,
  { id, slug }: FleetHome,
): Promise<HomeOutcome> {
  return context.step<HomeOutcome>(`home ${slug}`, {
    marker: () => ({ home: id }),
    async act() {
      try {
        const body = await toItsEnd(context, await context.call(tool, args, id));
        return { home: slug, outcome: 'done', result: bounded(body) };
      } catch (error) {
        // The job was told to end: the step stays open, and what becomes of it is settled by the next run.
        context.signal.throwIfAborted();
        if (!(error instanceof Fault)) throw error;
        const { code, message, outcomeUnknown, context: facts } = error;
        if (code === 'MAINTENANCE_WINDOW_CLOSED') {
          return { home: slug, outcome: 'skipped', opens_at: String(facts['opens_at']) };
        }
        return { home: slug, outcome: outcomeUnknown ? 'unknown' : 'failed', error: { code, message } };
      }
    },
    async observe() {
      if (!isWrite) return { is: 'not_done' };
      const message = 'The hub was interrupted amid this write and did not repeat it: look at the home.';
      return { is: 'done', result: { home: slug, outcome: 'unknown', error: { code: 'TIMEOUT_OPERATION', message } } };
    },
  });
}

/** A call whose work goes on as a job of its home is followed to the end. */
async function toItsEnd(context: JobContext, answer: Record<string, unknown>): Promise<Record<string, unknown>> {
  let body = answer;
  const { job_id: jobId } = answer;
  if (typeof jobId !== 'string') return body;
  while (isUnfinished(body)) {
    context.signal.throwIfAborted();
    body = await context.call('ha_get_job', { job_id: jobId, wait_seconds: WAIT_S });
  }
  const { status, job_error: error } = body as {
    status?: string;
    job_error?: { code: Fault['code']; message: string };
  };
  if (!error) return body;
  throw new Fault(error.code, error.message, { outcomeUnknown: status === 'unknown' });
}

const isUnfinished = ({ status }: Record<string, unknown>) =>
  status === 'queued' || status === 'running' || status === 'waiting';

function bounded(body: Record<string, unknown>): unknown {
  const { success: _success, home: _home, ...rest } = body;
  const text = JSON.stringify(rest);
  return text.length <= MAX_RESULT ? rest : { cut: `${text.slice(0, MAX_RESULT)}…` };
}
