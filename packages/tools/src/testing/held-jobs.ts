import type { JobsPort, JobView } from '@hub/jobs/port.ts';

/** Jobs that stand as given; a cancelled one ends. */
export function createHeldJobs(rows: readonly JobView[]): JobsPort {
  const held = new Map(rows.map((row) => [row.id, row]));
  const get = async (id: string) => held.get(id);
  return {
    start: () => Promise.reject(new Error('nothing starts here')),
    get,
    async follow(id) {
      const job = await get(id);
      if (!job) throw new Error(`there is no job ${id}`);
      return job;
    },
    list: async ({ states, limit } = {}) =>
      [...held.values()].filter(({ state }) => !states || states.includes(state)).slice(0, limit),
    async cancel(id) {
      const job = held.get(id);
      if (job && !job.finishedAt) held.set(id, { ...job, state: 'cancelled', finishedAt: new Date() });
      return held.get(id);
    },
  };
}

export function heldJob(id: string, more: Partial<JobView> = {}): JobView {
  return {
    ...{ id, kind: 'app.act', state: 'running', homeId: 'h1', progress: { done: 1, total: 4, message: 'pulling' } },
    ...{ result: undefined, error: undefined, call: undefined, effect: undefined, finishedAt: undefined },
    ...{ createdAt: new Date('2026-11-01T10:00:00Z'), updatedAt: new Date('2026-11-01T10:01:00Z') },
    ...more,
  };
}
