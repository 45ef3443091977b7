/** A map seen through a rule: nothing is copied, and what the rule hides is not there. Always shows the newest content. */
export function visibleMap<V>(
  all: ReadonlyMap<string, V>,
  isVisible: (key: string, value: V) => boolean,
): ReadonlyMap<string, V> {
  const lookUp = (key: string): V | undefined => {
    const value = all.get(key);
    return value !== undefined && isVisible(key, value) ? value : undefined;
  };
  const entries = () => all.entries().filter(([key, value]) => isVisible(key, value));
  const visible: ReadonlyMap<string, V> = {
    get: lookUp,
    has: (key) => lookUp(key) !== undefined,
    get size() {
      return entries().reduce((sum) => sum + 1, 0);
    },
    entries,
    keys: () => entries().map(([key]) => key),
    values: () => entries().map(([, value]) => value),
    [Symbol.iterator]: entries,
    forEach(visit, self) {
      for (const [key, value] of entries()) visit.call(self, value, key, visible);
    },
  };
  return visible;
}
