import type { EntityState } from './records.ts';
import type { Visibility } from './visibility.ts';

/** States without the hidden entities that groups, scenes and helpers list among their attributes. Reads through to `all`. */
export function shownStates(
  all: ReadonlyMap<string, EntityState>,
  visibility: Visibility,
): ReadonlyMap<string, EntityState> {
  const entries = () => all.entries().map(([id, state]): [string, EntityState] => [id, shownState(state, visibility)]);
  const shown: ReadonlyMap<string, EntityState> = {
    get(id) {
      const state = all.get(id);
      return state && shownState(state, visibility);
    },
    has: (id) => all.has(id),
    get size() {
      return all.size;
    },
    entries,
    keys: () => all.keys(),
    values: () => entries().map(([, state]) => state),
    [Symbol.iterator]: entries,
    forEach(visit, self) {
      for (const [id, state] of entries()) visit.call(self, state, id, shown);
    },
  };
  return shown;
}

export function shownState(state: EntityState, visibility: Visibility): EntityState {
  const names = (value: unknown) => typeof value === 'string' && visibility.hiddenIn(value) !== undefined;
  const attributes = Object.entries(state.attributes).map(([key, value]): [string, unknown] => {
    if (Array.isArray(value)) return [key, value.filter((one) => !names(one))];
    return [key, names(value) ? null : value];
  });
  return { ...state, attributes: Object.fromEntries(attributes) };
}
