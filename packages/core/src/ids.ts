import { createHash, randomBytes } from 'node:crypto';
import { v7 } from 'uuid';

/** Time-ordered UUID (version 7), so that new rows land at the end of an index. */
export function newId(): string {
  return v7();
}

/** Url-safe random text of `bytes` bytes of entropy (24 bytes = 192 bits = 32 characters). */
export function newSecret(bytes = 24): string {
  return randomBytes(bytes).toString('base64url');
}

/** SHA-256 of a secret: what is stored and compared in place of the secret itself. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
