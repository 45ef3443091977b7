/** Chance that can be had again: the same seed throws the same. */
export interface Dice {
  /** From 0 up to 1. */
  next(): number;
  /** From 0 up to `limit`, whole. */
  below(limit: number): number;
  /** True about once in `times`. */
  once(times: number): boolean;
  pick<T>(from: readonly T[]): T;
}

/** mulberry32: 32 bits of state are plenty to be odd with. */
export function dice(seed: number): Dice {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    next,
    below,
    once: (times) => next() * times < 1,
    pick<T>(from: readonly T[]) {
      return from[below(from.length)] as T;
    },
  };
}
