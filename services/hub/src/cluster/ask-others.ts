import { RENEW_EVERY_MS } from '@hub/gate/cluster/lease.ts';
import type { Standing } from '@hub/gate/cluster/standing.ts';
import type { Bus } from '@hub/runtime/bus.ts';

/** Topics; the message is the id of the replica that asks. */
const ASKED = 'lease.asked';
const KEPT = 'lease.kept';

/** A lease that was renewed this lately is news of the database; and that much before it may take homes a replica says so. */
const FRESH_MS = 2 * RENEW_EVERY_MS;

/**
 * Lets replicas whose lease is overdue learn from others whether the database is away or they alone are cut off from it. With the
 * bus away as well nobody answers, which says nothing. Returns the question.
 */
export function askOthers(
  { bus, replicaId, standing }: { readonly bus: Bus; readonly replicaId: string; readonly standing: Standing },
  onOthersReach: () => void,
): () => void {
  bus.subscribe(ASKED, (asking) => {
    if (asking !== replicaId && standing.ageMs() < FRESH_MS && standing.isSteady(FRESH_MS)) bus.publish(KEPT, asking);
  });
  bus.subscribe(KEPT, (asked) => {
    if (asked === replicaId && standing.isOverdue() && !standing.isCutOff) onOthersReach();
  });
  return () => bus.publish(ASKED, replicaId);
}
