/** A schedule of a home, and what became of the job that it started last. */
export interface ScheduleStanding {
  readonly name: string;
  /** Of the job. */
  readonly kind: string;
  readonly nextAt: Date;
  /** Null before the first, and once that job is no longer kept. */
  readonly lastState: string | null;
  readonly lastError: string | null;
  readonly lastBeganAt: Date | null;
  /** When a job of this kind last ended well at the home, whoever started it. */
  readonly lastGoodAt: Date | null;
}

const HOUR_MS = 3_600_000;
/** Longer than a job may run, so it waits: for its home, or for others there. */
const STUCK_MS = 12 * HOUR_MS;
/** Each is looked at every few seconds, so this long it cannot start. */
const UNSTARTED_MS = HOUR_MS / 4;

/** What is wrong with it, in words; undefined when its last job went well, or another of the kind has since. */
export function scheduleTrouble(schedule: ScheduleStanding, now: Date): string | undefined {
  const { name, kind, nextAt, lastState, lastError, lastBeganAt, lastGoodAt } = schedule;
  const isOlder = (at: Date, ms: number) => now.getTime() - at.getTime() > ms;
  const good = lastGoodAt ? `the last good one ended ${day(lastGoodAt)}` : 'none has ended well yet';
  if (isOlder(nextAt, UNSTARTED_MS)) return `schedule ${name}: ${kind} could not be started; ${good}`;
  if (!lastBeganAt || (lastGoodAt && lastGoodAt > lastBeganAt)) return undefined;
  switch (lastState) {
    case 'failed':
    case 'cancelled':
      return `schedule ${name}: ${kind} of ${day(lastBeganAt)} ${lastState === 'failed' ? 'failed' : 'was ended'}${because(lastError)}; ${good}`;
    case 'unknown':
      return `schedule ${name}: nobody knows how ${kind} of ${day(lastBeganAt)} ended${because(lastError)}; ${good}`;
    case 'queued':
    case 'running':
      return isOlder(lastBeganAt, STUCK_MS)
        ? `schedule ${name}: ${kind} of ${day(lastBeganAt)} has not ended${because(lastError)}; ${good}`
        : undefined;
    default:
      return undefined;
  }
}

function because(error: string | null): string {
  return error === null ? '' : ` (${error})`;
}

function day(at: Date): string {
  return at.toISOString().slice(0, 10);
}
