/** Why a running job was told to end: a person asked, its time is over, another runner has it, or this process goes down. */
export type InterruptionReason = 'cancelled' | 'deadline' | 'lease_lost' | 'stopping';

const TEXT: Record<InterruptionReason, string> = {
  cancelled: 'the job was cancelled',
  deadline: 'the job ran out of time',
  lease_lost: 'the job lost its lease',
  stopping: 'the hub is stopping',
};

/** The reason a job's signal carries; never reaches a person as it is. */
export class Interruption extends Error {
  readonly reason: InterruptionReason;

  constructor(reason: InterruptionReason) {
    super(TEXT[reason]);
    this.name = 'Interruption';
    this.reason = reason;
  }
}

/** Why this signal was aborted; undefined while it is not. */
export function interruptionOf(signal: AbortSignal): InterruptionReason | undefined {
  return signal.aborted && signal.reason instanceof Interruption ? signal.reason.reason : undefined;
}
