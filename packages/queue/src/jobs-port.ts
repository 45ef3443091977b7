import type { Effect } from '@hub/core/effect.ts';
import { Fault } from '@hub/core/fault.ts';
import type { Actor } from '@hub/db/actor.ts';
import type { JobRecord } from '@hub/db/job-record.ts';
import type { JobsPort, JobView } from '@hub/jobs/port.ts';
import type { Queue } from './queue.ts';

export interface JobsCaller {
  readonly tenantId: string;
  readonly connectorId: string;
  /** The home new jobs are for. */
  readonly homeId: string | undefined;
  readonly actor: Actor;
  /** Of the call that may start jobs. */
  readonly tool: string;
  readonly effect: Effect;
  readonly callId?: string | undefined;
  readonly signal?: AbortSignal;
}

/** The jobs of one connector, as tools see them: others do not exist for it. */
export function createJobsPort(queue: Queue, caller: JobsCaller): JobsPort {
  const { tenantId, connectorId, homeId, actor, tool, effect, callId, signal } = caller;

  async function own(jobId: string): Promise<JobRecord | undefined> {
    const job = isUuid(jobId) ? await queue.get(tenantId, jobId) : undefined;
    return job?.connectorId === connectorId ? job : undefined;
  }

  return {
    async start(kind, args, { dedupKey, told } = {}) {
      if (homeId === undefined) {
        throw new Fault('HOME_REQUIRED', `a job of the kind ${kind} needs a home`, { suggestion: 'name the home' });
      }
      // A connector sees its own jobs only, so only they can be given in place of a new one.
      const key = dedupKey && `${connectorId}:${homeId}:${dedupKey}`;
      const call = told === undefined ? undefined : { tool, told };
      const whose = { tenantId, connectorId, homeId, actor, effect };
      return (await queue.enqueue({ ...whose, kind, args, call, callId, dedupKey: key })).job;
    },
    get: own,
    list: (filter = {}) => queue.list(tenantId, { ...filter, connectorId, homeId }),
    cancel: async (jobId) => ((await own(jobId)) ? await queue.cancel(tenantId, jobId) : undefined),
    async follow(jobId, waitMs, onProgress): Promise<JobView> {
      const job = (await own(jobId)) && (await queue.follow(tenantId, jobId, waitMs, { onProgress, signal }));
      if (job) return job;
      throw new Fault('RESOURCE_NOT_FOUND', `there is no job '${jobId}'`, {
        suggestion: 'use the id that the starting call gave',
      });
    },
  };
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
