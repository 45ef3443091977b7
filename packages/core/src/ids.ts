import { createHash, randomBytes, randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

/** Drawn in bulk: asking the system for 16 bytes costs more than all else about an id. */
const pool = new Uint8Array(4_096);
let drawn = pool.length;
let lastMs = 0;
let seq = 0;

/** Time-ordered UUID (version 7), so that new rows land at the end of an index; later ones sort behind, within a millisecond too. */
export function newId(): string {
  if (drawn === pool.length) {
    randomFillSync(pool);
    drawn = 0;
  }
  const random = pool.subarray(drawn, drawn + 16);
  drawn += 16;
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    // 31 bits of 32, so that counting up has room.
    seq = new DataView(random.buffer, random.byteOffset).getUint32(0) >>> 1;
  } else seq++;
  return v7({ random, msecs: lastMs, seq });
}

/** Url-safe random text of `bytes` bytes of entropy (24 bytes = 192 bits = 32 characters). */
export function newSecret(bytes = 24): string {
  return randomBytes(bytes).toString('base64url');
}

/** SHA-256 of a secret: what is stored and compared in place of the secret itself. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
