import { hkdfSync, randomBytes } from 'node:crypto';
import { Fault } from '@hub/core/fault.ts';

const KEY_BYTES = 32;

/** The installation's secret: numbered keys, of which the newest wraps and all open. Never shows its keys. */
export interface KeyRing {
  /** Lowest first. */
  readonly ids: readonly number[];
  readonly newestId: number;
  /** 32 bytes for one purpose (HKDF-SHA256), of the newest key unless another is named. @throws Error for an id not in the ring */
  child(purpose: string, id?: number): Buffer;
}

const ADVICE = "Write it as number:base64 of 32 bytes, several joined by commas; 'hub keys new' makes one.";

/** Reads `1:base64,2:base64`. @throws Fault VALIDATION_INVALID_PARAMETER that never repeats what was given */
export function parseKeyRing(text: string): KeyRing {
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
  return keyRingOf(keys);
}

/** A fresh ring of one key, as the text that `parseKeyRing` reads. */
export function newKeyRing(): string {
  return `1:${randomBytes(KEY_BYTES).toString('base64')}`;
}

function keyRingOf(keys: ReadonlyMap<number, Buffer>): KeyRing {
  const ids = [...keys.keys()].sort((a, b) => a - b);
  const newestId = ids.at(-1) ?? 0;
  return {
    ids,
    newestId,
    child(purpose, id = newestId) {
      const key = keys.get(id);
      if (key === undefined) throw new Error(`the key ring has no key ${id}`);
      return Buffer.from(hkdfSync('sha256', key, 'ha-mcp-hub', purpose, KEY_BYTES));
    },
  };
}
