let last = 0;

/** Milliseconds since 1970, as Home Assistant's own editor names a new automation; two within one millisecond still differ. */
export function newItemId(): string {
  last = Math.max(Date.now(), last + 1);
  return String(last);
}
