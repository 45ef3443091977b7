const FIRST_MS = 1_000;
const MAX_MS = 60_000;
const STABLE_AFTER_MS = 60_000;
/** A call that finds the link down moments after it failed is told so at once instead of dialling again. */
const MAX_COOL_DOWN_MS = 5_000;

/** How long to leave a home alone, by how often in a row it failed. */
export interface Backoff {
  onLinked(): void;
  onLost(): void;
  onFailed(): void;
  /** Full jitter, so that a restarted hub or a returning line does not bring a thousand links in one second. */
  nextMs(): number;
  readonly isCoolingDown: boolean;
}

export function createBackoff(): Backoff {
  let failures = 0;
  let linkedAt = 0;
  let failedAt = Number.NEGATIVE_INFINITY;
  const ceiling = () => Math.min(MAX_MS, FIRST_MS * 2 ** Math.min(failures, 10));
  return {
    onLinked() {
      linkedAt = performance.now();
      failedAt = Number.NEGATIVE_INFINITY;
    },
    onLost() {
      // A home that takes us and drops us at once is no better than one that does not answer.
      failures = performance.now() - linkedAt > STABLE_AFTER_MS ? 0 : failures + 1;
    },
    onFailed() {
      failures++;
      failedAt = performance.now();
    },
    nextMs: () => Math.random() * ceiling(),
    get isCoolingDown() {
      return performance.now() - failedAt < Math.min(MAX_COOL_DOWN_MS, ceiling() / 2);
    },
  };
}
