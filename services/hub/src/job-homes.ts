import type { Database } from '@hub/db/database.ts';
import { assertAttemptRuns } from '@hub/db/job-steps.ts';
import { fencedHome } from '@hub/gate/fenced-home.ts';
import type { Holder } from '@hub/gate/holder.ts';
import { timedHome } from '@hub/gate/upstream-clock.ts';
import type { RunSurroundings } from '@hub/queue/run-claim.ts';
import type { Cluster } from './cluster/cluster.ts';

export interface JobHomesDeps {
  readonly db: Database;
  readonly homes: Pick<Holder, 'hold'>;
  readonly cluster: Pick<Cluster, 'openElsewhere'> | undefined;
}

/** Homes for the jobs this hub runs: writes of an attempt that is over are refused where the home's link is, here or elsewhere. */
export function openJobHomes({ db, homes, cluster }: JobHomesDeps): RunSurroundings['openHome'] {
  return async (homeId, tenantId, { jobId, attempt }) => {
    const elsewhere = await cluster?.openElsewhere(tenantId, homeId, { jobId, attempt });
    // Its holder measures the calls; here they are only seen in traces.
    if (elsewhere) return timedHome(elsewhere, () => undefined);
    const { home } = await homes.hold(tenantId, homeId);
    return fencedHome(home, () => assertAttemptRuns(db, { tenantId, jobId, attempt }));
  };
}
