import type { Home } from '@hub/ha/home.ts';
import type { Job, JobContext, Step } from '../define.ts';
import type { TenantRecords } from '../tenant-records.ts';

export interface Said {
  readonly done: number;
  readonly total: number | undefined;
  readonly message: string;
}

const untold = () => Promise.reject(new Error('this context has no records'));
/** Of a job that asks for none. */
export const noRecords: TenantRecords = {
  ...{ sealAudit: untold, dropAudit: untold, trimEdits: untold },
  ...{ now: untold, askForLooks: untold, countLooks: untold, listMissed: untold },
};

/** What a job sees, with a step that simply acts. */
export function contextOf(home: Home, said: Said[] = []): JobContext {
  return {
    jobId: '019a0000-0000-7000-8000-00000abc1234',
    attempt: 1,
    home,
    signal: new AbortController().signal,
    homeAt: async () => home,
    call: (tool) => Promise.reject(new Error(`this context has no way to call ${tool}`)),
    endOf: ({ tool }) => Promise.reject(new Error(`this context called no ${tool}`)),
    shelf: undefined,
    records: noRecords,
    progress: async (done, total, message) => void said.push({ done, total, message }),
    step: async (_name, step) => step.act(await step.marker()),
  };
}

/** A job's step, the first unless named, to be looked at from inside; those before it act, the job itself stays where it is. */
export function stepOf<A>(job: Job<A>, args: A, home: Home, wanted?: string): Promise<Step<unknown>> {
  const caught = Promise.withResolvers<Step<unknown>>();
  const before = contextOf(home);
  const context: JobContext = {
    ...before,
    step: (name, step) => {
      if (wanted !== undefined && name !== wanted) return before.step(name, step);
      caught.resolve(step);
      return new Promise(() => undefined);
    },
  };
  job.run(args, context).catch(caught.reject);
  return caught.promise;
}
