import type { Bus } from '@hub/runtime/bus.ts';
import type { Places } from './places.ts';

/** Topic; the message is the replica's id. */
const LEAVING = 'replica.leaving';

/** Tells every process of the cluster that this replica has given its homes up and is about to stop. */
export function sayLeaving(bus: Bus, replicaId: string): void {
  bus.publish(LEAVING, replicaId);
}

/** Asks no replica any more that says so. Who does not hear it is told by the next answer. */
export function hearLeaving(bus: Bus, places: Places): void {
  bus.subscribe(LEAVING, (gone) => typeof gone === 'string' && places.forget(gone));
}
