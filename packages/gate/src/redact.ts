import { REDACTED } from '@hub/core/redacted.ts';
import { isSecretKey, maySayASecret, withoutSecrets } from '@hub/core/secret-text.ts';

/** A camera's access token: 256 random bits in hex, as a template hands it out without its key. Source: HA `components/camera`. */
const HEX_TOKEN = /\b[0-9a-f]{60,64}\b/gi;
const MIN_HEX = 60;

/** One cheap look at the finished text; most results hold nothing of the kind and are not walked. */
export function mayHoldSecrets(text: string): boolean {
  return maySayASecret(text) || hasLongHex(text);
}

/** A run that long has a digit at one of each so many places, so the others need no look. */
function hasLongHex(text: string): boolean {
  for (let at = MIN_HEX - 1; at < text.length; at += MIN_HEX) {
    if (!isHex(text, at)) continue;
    let [from, to] = [at, at + 1];
    while (isHex(text, from - 1)) from--;
    while (isHex(text, to)) to++;
    if (to - from >= MIN_HEX) return true;
  }
  return false;
}

/** By code: a pattern per character costs more than the search it saves. */
function isHex(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102);
}

/** The same value with secrets replaced: values under telling keys, and tokens inside texts. */
export function redact(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map(redact);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, isSecret(key, inner) ? REDACTED : redact(inner)]),
  );
}

export function redactText(text: string): string {
  if (!mayHoldSecrets(text)) return text;
  return withoutSecrets(text, REDACTED).replace(HEX_TOKEN, REDACTED);
}

/** Was a value that this hub had taken out sent back? */
export function holdsRedacted(value: unknown): boolean {
  if (typeof value === 'string') return value.includes(REDACTED);
  if (Array.isArray(value)) return value.some(holdsRedacted);
  return value !== null && typeof value === 'object' && Object.values(value).some(holdsRedacted);
}

/** Booleans, templates and `!secret` names under such a key tell nothing. */
function isSecret(key: string, value: unknown): boolean {
  return (
    isSecretKey(key) &&
    (typeof value === 'string' || (typeof value === 'number' && !/tokens$/i.test(key))) &&
    value !== '' &&
    !/^(\{\{|!secret )/.test(String(value))
  );
}
