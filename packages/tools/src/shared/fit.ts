/** What rows may take of an answer, so that a page ends where it says and is not cut again on its way out (60 kB). */
export const MAX_ROWS_BYTES = 50_000;

export function byteSize(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '') + 1;
}

/** The first rows that fit; always one, so that paging gets on. */
export function fitting<T>(rows: readonly T[], maxBytes = MAX_ROWS_BYTES): readonly T[] {
  let bytes = 0;
  const end = rows.findIndex((row, at) => {
    bytes += byteSize(row);
    return at > 0 && bytes > maxBytes;
  });
  return end === -1 ? rows : rows.slice(0, end);
}
