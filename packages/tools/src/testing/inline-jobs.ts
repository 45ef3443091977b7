import { Fault } from '@hub/core/fault.ts';
import { newId } from '@hub/core/ids.ts';
import type { View } from '@hub/ha/view.ts';
import type { JobContext, Step } from '@hub/jobs/define.ts';
import type { JobsPort, JobView } from '@hub/jobs/port.ts';
import { jobs as registry } from '@hub/jobs/registry.gen.ts';
import { noRecords } from '@hub/jobs/testing/job-context.ts';

/**
 * The jobs of a hub that begins each at once, in this process. A step acts, and observes when its answer was lost. Nobody follows one
 * for longer than `patienceMs`.
 */
export function createInlineJobs(home: View, patienceMs = Number.POSITIVE_INFINITY): JobsPort {
  const running = new Map<string, { view: JobView; ended: Promise<void>; changed: () => void }>();

  async function run(id: string, kind: string, args: unknown): Promise<void> {
    const entry = running.get(id);
    const job = registry.find((one) => one.kind === kind);
    if (!entry || !job) throw new Error(`there is no job of the kind ${kind}`);
    const context: JobContext = {
      ...{ jobId: id, attempt: 1, home, signal: new AbortController().signal, shelf: undefined },
      homeAt: async () => home,
      call: () => Promise.reject(new Error('not asked')),
      endOf: () => Promise.reject(new Error('not asked')),
      records: noRecords,
      progress: async (done, total, message) => {
        entry.view = { ...entry.view, state: 'running', progress: { done, total, message } };
        entry.changed();
      },
      step: (_name, step) => takeStep(home, step),
    };
    try {
      const result = JSON.parse(JSON.stringify((await job.run(job.args.parse(args), context)) ?? null));
      entry.view = { ...entry.view, state: 'done', result, finishedAt: new Date() };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const { code, message, suggestions } = error;
      const state = error.outcomeUnknown ? 'unknown' : 'failed';
      entry.view = { ...entry.view, state, error: { code, message, suggestions }, finishedAt: new Date() };
    }
  }

  return {
    async start(kind, args) {
      const id = newId();
      const view: JobView = {
        ...{ id, kind, state: 'queued', homeId: home.id, progress: undefined, result: undefined, error: undefined },
        ...{ effect: undefined, call: undefined, createdAt: new Date(), updatedAt: new Date(), finishedAt: undefined },
      };
      const entry = { view, ended: Promise.resolve(), changed: () => undefined };
      running.set(id, entry);
      entry.ended = run(id, kind, args);
      return view;
    },
    get: async (id) => running.get(id)?.view,
    async follow(id, waitMs, onProgress) {
      const entry = running.get(id);
      if (!entry) throw new Fault('RESOURCE_NOT_FOUND', `there is no job '${id}'`);
      entry.changed = () => onProgress?.(entry.view);
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, Math.min(waitMs, patienceMs));
      await Promise.race([entry.ended, late]);
      clearTimeout(timer);
      return entry.view;
    },
    list: async () => [...running.values()].map(({ view }) => view).reverse(),
    cancel: async (id) => running.get(id)?.view,
  };
}

/** As the queue does it, but for what it stores. */
async function takeStep<T>(home: View, step: Step<T>): Promise<T> {
  const marker = JSON.parse(JSON.stringify(await step.marker()));
  try {
    return await step.act(marker);
  } catch (error) {
    if (!(error instanceof Fault) || !error.outcomeUnknown) throw error;
    await home.ready({ deadlineMs: 90_000 });
    const seen = await step.observe(marker);
    if (seen.is === 'done') return seen.result as T;
    throw seen.is === 'unknown' ? error : new Fault(error.code, error.message);
  }
}
