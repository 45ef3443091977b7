/**
 * Says "look at the table of jobs" to the processes that run jobs. It carries nothing else: a lost hint costs one sweep, a
 * doubled one a look.
 */
export interface Hint {
  /** Never throws and never waits. */
  give(): void;
  /** For processes that run jobs. `look` runs at each hint that reaches this process. */
  onHint(look: () => void): void;
  close(): Promise<void>;
}

/** Where the process that stores a job also runs it. */
export function createLocalHint(): Hint {
  const listeners = new Set<() => void>();
  return {
    give() {
      for (const look of listeners) look();
    },
    onHint: (look) => void listeners.add(look),
    async close() {
      listeners.clear();
    },
  };
}
