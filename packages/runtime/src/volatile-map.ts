import { Fault } from '@hub/core/fault.ts';

/**
 * Short-lived records that may be lost (a restart, a full map): denied sessions, device commands not yet confirmed, pages of
 * long results. Values are JSON data. Never the only place of something a person was told is stored.
 */
export interface VolatileMap {
  /** Undefined when it was never there, has expired or was pushed out. */
  get(key: string): Promise<unknown>;
  /** Replaces what is there. @throws Fault STORAGE_UNAVAILABLE when the value alone exceeds the whole map. */
  set(key: string, value: unknown, ttlMs: number): Promise<void>;
  /** True for the one caller that found the key free. */
  setIfAbsent(key: string, value: unknown, ttlMs: number): Promise<boolean>;
  /** Reads and removes in one act, so that a single-use value is given out once. */
  take(key: string): Promise<unknown>;
  delete(key: string): Promise<void>;
}

export interface MemoryMapBounds {
  readonly maxEntries: number;
  /** Of keys and JSON texts together, in UTF-16 units of two bytes. */
  readonly maxBytes: number;
  /** Milliseconds from any fixed point, never running backwards. */
  readonly now?: () => number;
}

interface Entry {
  readonly text: string;
  readonly sizeBytes: number;
  readonly expiresAt: number;
}

const SWEEP_EVERY_MS = 30_000;

/** In the memory of this process. When full, expired entries go first, then the oldest. */
export function createMemoryMap({ maxEntries, maxBytes, now = () => performance.now() }: MemoryMapBounds): VolatileMap {
  const entries = new Map<string, Entry>();
  let sizeBytes = 0;
  let sweptAt = now();

  const remove = (key: string) => {
    sizeBytes -= entries.get(key)?.sizeBytes ?? 0;
    entries.delete(key);
  };
  const live = (key: string): Entry | undefined => {
    const entry = entries.get(key);
    if (entry === undefined || entry.expiresAt > now()) return entry;
    remove(key);
    return undefined;
  };
  const isFull = () => entries.size > maxEntries || sizeBytes > maxBytes;
  const makeRoom = () => {
    if (isFull() || now() - sweptAt > SWEEP_EVERY_MS) {
      sweptAt = now();
      for (const key of [...entries.keys()]) live(key);
    }
    for (const key of entries.keys()) {
      if (!isFull()) return;
      remove(key);
    }
  };
  const put = (key: string, value: unknown, ttlMs: number) => {
    const text = JSON.stringify(value ?? null);
    const entry = { text, sizeBytes: 2 * (key.length + text.length), expiresAt: now() + ttlMs };
    if (entry.sizeBytes > maxBytes) {
      throw new Fault(
        'STORAGE_UNAVAILABLE',
        `a record of ${entry.sizeBytes} bytes exceeds the room of ${maxBytes} bytes`,
        {
          suggestion: 'Ask for less at once',
        },
      );
    }
    remove(key);
    entries.set(key, entry);
    sizeBytes += entry.sizeBytes;
    makeRoom();
  };
  const read = (key: string): unknown => {
    const entry = live(key);
    return entry === undefined ? undefined : JSON.parse(entry.text);
  };
  return {
    get: async (key) => read(key),
    set: async (key, value, ttlMs) => put(key, value, ttlMs),
    setIfAbsent: async (key, value, ttlMs) => {
      if (live(key) !== undefined) return false;
      put(key, value, ttlMs);
      return true;
    },
    take: async (key) => {
      const value = read(key);
      remove(key);
      return value;
    },
    delete: async (key) => remove(key),
  };
}
