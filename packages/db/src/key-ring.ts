import { hkdfSync, randomBytes } from 'node:crypto';
import { Fault } from '@hub/core/fault.ts';

const KEY_BYTES = 32;

/** The installation's secret: numbered keys, of which one wraps and all open. Never shows its keys. */
export interface KeyRing {
  /** Lowest first. */
  readonly ids: readonly number[];
  /** What wraps and seals: the newest of a ring just read, until `use` names another. */
  readonly usedId: number;
  /** 32 bytes for one purpose (HKDF-SHA256), of the used key unless another is named. @throws Error for an id not in the ring */
  child(purpose: string, id?: number): Buffer;
  /** @throws Error for an id not in the ring */
  use(id: number): void;
  /** Takes the keys of another text in place of its own; the used one must be among them. @throws Fault as parseKeyRing */
  reload(text: string): void;
}

const ADVICE = "Write it as number:base64 of 32 bytes, several joined by commas; 'hub keys new' makes one.";

/** Reads `1:base64,2:base64`. @throws Fault VALIDATION_INVALID_PARAMETER that never repeats what was given */
export function parseKeyRing(text: string): KeyRing {
  return keyRingOf(readKeys(text));
}

function readKeys(text: string): ReadonlyMap<number, Buffer> {
  const keys = new Map<number, Buffer>();
  for (const entry of text.trim().split(/[\s,]+/)) {
    const [, id, encoded] = /^(\d{1,9}):([A-Za-z0-9+/_-]+={0,2})$/.exec(entry) ?? [];
    const key = Buffer.from(encoded ?? '', 'base64');
    if (id === undefined || Number(id) === 0 || key.length !== KEY_BYTES) {
      throw new Fault(
        'VALIDATION_INVALID_PARAMETER',
        `Entry ${keys.size + 1} of the key ring is not a number and a 32-byte key.`,
        {
          suggestion: ADVICE,
        },
      );
    }
    if (keys.has(Number(id))) {
      throw new Fault('VALIDATION_INVALID_PARAMETER', `Key number ${id} stands twice in the key ring.`, {
        suggestion: ADVICE,
      });
    }
    keys.set(Number(id), key);
  }
  return keys;
}

/** A fresh ring of one key, as the text that `parseKeyRing` reads. */
export function newKeyRing(): string {
  return `1:${randomBytes(KEY_BYTES).toString('base64')}`;
}

/** The text of a ring with one more, newer key. @throws Fault as parseKeyRing */
export function withNewKey(text: string): string {
  const id = Math.max(...parseKeyRing(text).ids) + 1;
  return [...entriesOf(text), `${id}:${randomBytes(KEY_BYTES).toString('base64')}`].join(',');
}

/** The text of a ring without one of its keys. */
export function withoutKey(text: string, id: number): string {
  return entriesOf(text)
    .filter((entry) => Number(entry.split(':')[0]) !== id)
    .join(',');
}

function entriesOf(text: string): readonly string[] {
  return text.trim().split(/[\s,]+/);
}

function keyRingOf(given: ReadonlyMap<number, Buffer>): KeyRing {
  const sorted = (keys: ReadonlyMap<number, Buffer>) => [...keys.keys()].sort((a, b) => a - b);
  let [keys, ids] = [given, sorted(given)];
  let usedId = ids.at(-1) ?? 0;
  return {
    get ids() {
      return ids;
    },
    get usedId() {
      return usedId;
    },
    child(purpose, id = usedId) {
      const key = keys.get(id);
      if (key === undefined) throw new Error(`the key ring has no key ${id}`);
      return Buffer.from(hkdfSync('sha256', key, 'ha-mcp-hub', purpose, KEY_BYTES));
    },
    use(id) {
      if (!keys.has(id)) throw new Error(`the key ring has no key ${id}`);
      usedId = id;
    },
    reload(text) {
      const fresh = readKeys(text);
      if (!fresh.has(usedId)) throw new Error('the used key must stay in the ring');
      [keys, ids] = [fresh, sorted(fresh)];
    },
  };
}
