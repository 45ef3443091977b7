import { LRUCache } from 'lru-cache';

/** Session ids that clients deleted. Asked on every 2025-era request, so it answers at once from memory. */
export interface SessionDenylist {
  add(sessionId: string): void;
  has(sessionId: string): boolean;
}

/** Remembers deleted sessions of this process for a day; after that only a client with a valid credential could use one. */
export function memoryDenylist(): SessionDenylist {
  const deleted = new LRUCache<string, true>({ max: 10_000, ttl: 24 * 60 * 60 * 1000 });
  return { add: (id) => void deleted.set(id, true), has: (id) => deleted.has(id) };
}
