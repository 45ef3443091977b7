import type { Place, Places } from './places.ts';

/** A silent holder is looked at this often: its lease tells whether it lives. */
const LOOK_EVERY_MS = 500;

/** Tells that a replica died without a word, at the end of its lease; looks until it is disposed. */
export function watchLease(places: Pick<Places, 'lives'>, place: Place, onGone: () => void): Disposable {
  const look = setInterval(() => {
    // A database that is away says nothing about the replica.
    places.lives(place).then(
      (lives) => lives || onGone(),
      () => undefined,
    );
  }, LOOK_EVERY_MS);
  return { [Symbol.dispose]: () => clearInterval(look) };
}
