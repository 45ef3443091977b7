import { randomBytes } from 'node:crypto';

/** Marks one write, so that the home's own record tells how often it arrived. */
export const NONCE = /nonce-[0-9a-f]{16}/g;

export function newNonce(): string {
  return `nonce-${randomBytes(8).toString('hex')}`;
}
