import { createHash } from 'node:crypto';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
let counter = Math.floor(Math.random() * 2 ** 40);
let stampedMs = 0;
let stamp = '';

function base32(value: number, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32)) text = alphabet[rest % 32] + text;
  return text;
}

/** 26 characters, time first, as Home Assistant names contexts, config entries and categories (ULID). */
export function newUlid(nowMs = Date.now()): string {
  if (nowMs !== stampedMs) {
    stampedMs = nowMs;
    stamp = base32(nowMs, 10);
  }
  counter = (counter + 1) % 2 ** 45;
  return `${stamp}${base32(counter, 16)}`;
}

/** 32 hex characters that stay the same from run to run, as registry ids of a template must. */
export function stableId(seed: string): string {
  return createHash('md5').update(seed).digest('hex');
}
