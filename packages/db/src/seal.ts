import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

// Layout: version (1 byte) · key number (4 bytes, big endian) · nonce (12) · ciphertext · tag (16).
const VERSION = 1;
const HEADER_BYTES = 5;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A sealed value that does not open: another key, another place, or altered bytes. Callers know what to advise. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

/** AES-256-GCM. `place` is bound to the value: what is sealed for one row and column opens nowhere else. */
export function seal(key: Buffer, keyNumber: number, place: string, plain: Uint8Array): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(VERSION, 0);
  header.writeUInt32BE(keyNumber, 1);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.concat([header, Buffer.from(place)]));
  return Buffer.concat([header, nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Number of the key that opens this value. @throws SealBroken */
export function sealedKeyNumber(sealed: Buffer): number {
  if (sealed.length < HEADER_BYTES + NONCE_BYTES + TAG_BYTES || sealed.readUInt8(0) !== VERSION) {
    throw new SealBroken('not a sealed value');
  }
  return sealed.readUInt32BE(1);
}

/** @throws SealBroken when key, place or bytes are not those of `seal`. */
export function unseal(key: Buffer, place: string, sealed: Buffer): Buffer {
  sealedKeyNumber(sealed);
  const header = sealed.subarray(0, HEADER_BYTES);
  const nonce = sealed.subarray(HEADER_BYTES, HEADER_BYTES + NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.concat([header, Buffer.from(place)]));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(HEADER_BYTES + NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    throw new SealBroken('the sealed value does not open', { cause });
  }
}
