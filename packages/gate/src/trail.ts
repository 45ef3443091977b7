import type { Effect } from '@hub/core/effect.ts';
import type { ItemRef } from '@hub/tools/define.ts';

/** What the audit says of one call; `input` is stored as a redacted summary and a digest, never whole. */
export interface TrailEntry {
  readonly callId: string;
  readonly tenantId: string;
  readonly connectorId: string;
  readonly memberId: string;
  readonly homeId: string | undefined;
  readonly tool: string;
  readonly effect: Effect;
  readonly items: readonly ItemRef[];
  readonly input: unknown;
  readonly startedAt: Date;
}

/** `unknown`: the answer was lost, the act may have happened. */
export type TrailOutcome = 'done' | 'failed' | 'refused' | 'cancelled' | 'unknown';

export interface TrailEnd {
  readonly outcome: TrailOutcome;
  readonly faultCode: string | undefined;
  readonly durationMs: number;
}

/** The audit trail as the gate writes it. */
export interface Trail {
  /** Resolves when the intent is stored. @throws Fault STORAGE_UNAVAILABLE | CONNECTION_FAILED | RESOURCE_LOCKED: then nothing may leave */
  intend(entry: TrailEntry): Promise<void>;
  /** The end of a call whose intent is stored; resolves when stored, or after giving up (the intent then reads "unknown"). */
  settle(entry: TrailEntry, end: TrailEnd): Promise<void>;
  /** Reads and ordinary control: written within 250 ms in one batch, never waited for. */
  note(entry: TrailEntry, end: TrailEnd): void;
  /** Writes what is still held back. */
  flush(): Promise<void>;
}
