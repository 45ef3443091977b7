/** What a call can do to a home, lowest to highest. */
export const EFFECTS = ['read', 'control', 'configure', 'secure', 'system', 'destroy'] as const;

export type Effect = (typeof EFFECTS)[number];

/** Does `effect` lie above `ceiling`? */
export function exceeds(effect: Effect, ceiling: Effect): boolean {
  return EFFECTS.indexOf(effect) > EFFECTS.indexOf(ceiling);
}

/** The highest of the given effects; `read` for none. */
export function highestEffect(effects: Iterable<Effect>): Effect {
  let highest: Effect = 'read';
  for (const effect of effects) if (exceeds(effect, highest)) highest = effect;
  return highest;
}

/** The lowest of the given ceilings; `destroy` for none. */
export function lowestCeiling(ceilings: Iterable<Effect>): Effect {
  let lowest: Effect = 'destroy';
  for (const ceiling of ceilings) if (exceeds(lowest, ceiling)) lowest = ceiling;
  return lowest;
}
