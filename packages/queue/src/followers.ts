/** Wakes whoever waits for a job. A wake only says "look again"; the row is the truth. */
export interface Followers {
  /** Waiting begins here, so that nothing between looking and waiting is missed. */
  add(jobId: string): Follower;
  wake(jobId: string): void;
  /** Ids somebody waits for. */
  ids(): readonly string[];
}

export interface Follower extends Disposable {
  /** Resolves true at the next wake (at once when one came since the last call), false after `waitMs`. @throws the signal's reason */
  next(waitMs: number, signal?: AbortSignal): Promise<boolean>;
}

interface Seat {
  isWoken: boolean;
  resolve: (() => void) | undefined;
}

export function createFollowers(): Followers {
  const seats = new Map<string, Set<Seat>>();
  return {
    add(jobId) {
      const seat: Seat = { isWoken: false, resolve: undefined };
      const present = seats.get(jobId) ?? new Set();
      seats.set(jobId, present.add(seat));
      return {
        next: (waitMs, signal) => waitForWake(seat, waitMs, signal),
        [Symbol.dispose]() {
          present.delete(seat);
          if (present.size === 0 && seats.get(jobId) === present) seats.delete(jobId);
        },
      };
    },
    wake(jobId) {
      for (const seat of seats.get(jobId) ?? []) {
        seat.isWoken = true;
        seat.resolve?.();
      }
    },
    ids: () => [...seats.keys()],
  };
}

function waitForWake(seat: Seat, waitMs: number, signal: AbortSignal | undefined): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', settle);
      seat.resolve = undefined;
      const wasWoken = seat.isWoken;
      seat.isWoken = false;
      if (signal?.aborted) reject(signal.reason);
      else resolve(wasWoken);
    };
    const timer = setTimeout(settle, Math.max(0, waitMs));
    signal?.addEventListener('abort', settle, { once: true });
    seat.resolve = settle;
    if (seat.isWoken || signal?.aborted) settle();
  });
}
