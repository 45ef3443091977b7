import { REDACTED } from '@hub/core/redacted.ts';
import { isSecretKey, SECRET_SUSPECT, withoutSecrets } from '@hub/core/secret-text.ts';

/** A camera's access token: 256 random bits in hex, as a template hands it out without its key. Source: HA `components/camera`. */
const HEX_TOKEN = /\b[0-9a-f]{60,64}\b/gi;
const HEX_SUSPECT = /[0-9a-f]{60}/i;

/** One cheap look at the finished text; most results hold nothing of the kind and are not walked. */
export function mayHoldSecrets(text: string): boolean {
  return SECRET_SUSPECT.test(text) || HEX_SUSPECT.test(text);
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
