/** Far below what one statement may take, also where each row takes others with it. */
const BATCH = 5_000;

/**
 * Runs a statement that deletes at most `count` rows until none are left, each time in a transaction of its own, and no further
 * one once the signal is aborted. Resolves with the rows removed. @throws the signal's reason
 */
export async function deleteInBatches(
  statement: (count: number) => Promise<{ readonly numAffectedRows?: bigint | undefined }>,
  signal?: AbortSignal,
): Promise<number> {
  let gone = 0;
  for (;;) {
    signal?.throwIfAborted();
    const count = Number((await statement(BATCH)).numAffectedRows ?? 0n);
    gone += count;
    if (count < BATCH) return gone;
  }
}
