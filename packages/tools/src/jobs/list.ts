import { JOB_STATES } from '@hub/jobs/port.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { count, successShape } from '../shared/parameters.ts';
import { jobRow, jobShape } from './job-row.ts';

export const tool = defineTool({
  name: 'ha_list_jobs',
  title: 'List Jobs',
  docs: "Lists this connector's long-running work (updates, apps, backups, restarts), newest first: what runs now, and what earlier calls came to. Use it when a job_id was lost; for one job use ha_get_job.",
  tags: ['System'],
  scope: 'connector',
  effect: 'read',
  idempotent: true,
  input: z.strictObject({
    status: z.enum(JOB_STATES).nullish(),
    limit: count(1, 50).default(20),
  }),
  output: z.strictObject({ ...successShape, jobs: z.array(z.strictObject(jobShape)), count: z.number() }),
  async run({ status, limit }, { jobs, homes }) {
    const [rows, known] = await Promise.all([
      jobs.list({ limit, ...(status ? { states: [status] } : {}) }),
      homes.list(),
    ]);
    // Results may be long; they come one at a time.
    const shown = rows.map((job) => {
      const { result: _result, ...row } = jobRow(job, known);
      return row;
    });
    return { success: true as const, jobs: shown, count: shown.length };
  },
});
