import { Fault } from '@hub/core/fault.ts';
import type { JobsPort, JobView } from '@hub/jobs/port.ts';
import type { EndedJob, LateAnswer } from '@hub/tools/define.ts';
import { outcomeOf } from '@hub/tools/shared/follow-job.ts';
import type { Catalogue } from './catalogue.ts';
import { type ConnectorAccess, namingHome } from './connector-access.ts';
import { type CallResult, faultResult, successResult } from './envelope.ts';

/** A call that goes on as a job. */
export interface CallTask {
  readonly job: JobView;
  /** What the call answers, once the job has ended: the same as to a caller who waited. */
  readonly result: CallResult | undefined;
}

/** Calls as their jobs, of whatever replica: the job's row is all there is. */
export interface CallTasks {
  /**
   * Undefined when this connector has no call that goes on as this job, or no longer reaches its home. Entity rules are applied where the
   * home is, so a connector that has some gets its answers from calls alone. @throws Fault STORAGE_UNAVAILABLE
   */
  find(connector: ConnectorAccess, jobId: string): Promise<CallTask | undefined>;
}

export function createCallTasks(deps: {
  readonly catalogue: Catalogue;
  readonly jobsFor: (connector: ConnectorAccess) => Pick<JobsPort, 'get'>;
}): CallTasks {
  return {
    async find(connector, jobId) {
      if (connector.settings.visibility) return undefined;
      const job = await deps.jobsFor(connector).get(jobId);
      if (!job?.call || !reaches(connector, job)) return undefined;
      const late = deps.catalogue.get(job.call.tool)?.tool.answers?.[job.kind];
      if (!late) return undefined;
      return { job, result: job.finishedAt ? resultOf(connector, job, job.call.told, late) : undefined };
    },
  };
}

/** In the words of the tool, or as it failed. */
function resultOf(connector: ConnectorAccess, job: JobView, told: unknown, late: LateAnswer): CallResult {
  const home = connector.homes.find(({ id }) => id === job.homeId);
  const kept = late.told.parse(told);
  try {
    return successResult(namingHome(connector, home, late.answer(endOf(job), kept)));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return late.failed ? successResult(namingHome(connector, home, late.failed(error, kept))) : faultResult(error);
  }
}

/** @throws Fault as it failed */
function endOf(job: JobView): EndedJob {
  const ended = outcomeOf(job);
  if ('jobId' in ended) return ended;
  throw new Error(`job ${job.id} has not ended`);
}

function reaches({ homes }: ConnectorAccess, { homeId }: JobView): boolean {
  return homeId === undefined || homes.some(({ id }) => id === homeId);
}
