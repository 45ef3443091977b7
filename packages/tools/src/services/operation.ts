import type { EntityState } from '@hub/ha/records.ts';
import type { View } from '@hub/ha/view.ts';
import { waitForState } from '@hub/ha/wait-for.ts';
import type { ResultsPort } from '../define.ts';

/** Under this name command records stay for ten minutes, on whatever replica the next question lands. */
const KIND = 'operation';
const KEEP_MS = 600_000;

/** A device command and what was seen of it so far. */
export interface Operation {
  readonly entity_id: string;
  readonly action: string;
  /** Undefined: any change after the command proves it. */
  readonly expected_state: string | null;
  /** `last_updated` before the command. */
  readonly before: string | null;
  readonly started_at: number;
  readonly final_state: string | null;
  readonly duration_ms: number | null;
}

export async function putOperation(results: ResultsPort, operation: Operation): Promise<string> {
  return results.put(KIND, operation, KEEP_MS);
}

export async function getOperation(results: ResultsPort, id: string): Promise<Operation | undefined> {
  return (await results.get(KIND, id)) as Operation | undefined;
}

/** Waits until the entity shows what the command should lead to; the operation with its final state, or unchanged when time is up. */
export async function settleOperation(
  home: View,
  operation: Operation,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<Operation> {
  if (operation.final_state !== null) return operation;
  const isProof = (state: EntityState | undefined) =>
    state !== undefined &&
    (operation.expected_state === null
      ? state.last_updated !== operation.before
      : state.state === operation.expected_state);
  const state = await waitForState(home, operation.entity_id, isProof, { deadlineMs, signal });
  if (!state) return operation;
  return { ...operation, final_state: state.state, duration_ms: Math.max(0, Date.now() - operation.started_at) };
}

export async function replaceOperation(results: ResultsPort, id: string, operation: Operation): Promise<void> {
  await results.replace(KIND, id, operation);
}
