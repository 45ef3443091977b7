import { Fault } from '@hub/core/fault.ts';
import { within } from './pause.ts';

/** A bound on how many commands are on their way to one home; the rest wait in line. */
export interface Lane {
  /** A place at once, or undefined when all are taken. Call what it returns when done. */
  enter(): (() => void) | undefined;
  /** @throws Fault TIMEOUT_WEBSOCKET | CANCELLED: nothing was sent */
  wait(signal: AbortSignal | undefined, deadlineMs: number): Promise<() => void>;
}

export function createLane(places: number): Lane {
  let free = places;
  const waiting: (() => void)[] = [];
  const leave = () => {
    const next = waiting.shift();
    if (next) next();
    else free++;
  };
  return {
    enter() {
      if (free === 0) return undefined;
      free--;
      return leave;
    },
    async wait(signal, deadlineMs) {
      const { promise, resolve } = Promise.withResolvers<void>();
      let isTaken = false;
      let isGivenUp = false;
      const take = () => {
        isTaken = true;
        if (isGivenUp) leave();
        else resolve();
      };
      waiting.push(take);
      try {
        await within(
          promise,
          deadlineMs,
          signal,
          () =>
            new Fault('TIMEOUT_WEBSOCKET', 'The home is still busy with earlier commands; nothing was sent.', {
              suggestion: 'Retry in a moment.',
            }),
        );
        return leave;
      } catch (error) {
        isGivenUp = true;
        if (!isTaken) waiting.splice(waiting.indexOf(take), 1);
        throw error;
      }
    },
  };
}
