import { REDACTED } from '@hub/core/redacted.ts';

const SECRET_KEY =
  /^(access_token|refresh_token|id_token|token|password|passwd|client_secret|api_key|apikey|secret|authorization|webhook_id|cloudhook_url)$/i;
const JWT = /eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/g;
/** A camera's access token: 256 random bits in hex, as a template hands it out without its key. Source: HA `components/camera`. */
const HEX_TOKEN = /\b[0-9a-f]{60,64}\b/gi;
const PRIVATE_PATH = /\/private_[\w-]{16,}/g;
const TOKEN_IN_QUERY = /([?&](?:token|authSig|access_token|api_password)=)[^&\s"']+/gi;
/** One cheap look at the finished text; most results hold nothing of the kind and are not walked. */
const SUSPECT = /token|passw|secret|api_?key|authorization|webhook_id|cloudhook|eyJ|\/private_|authSig|[0-9a-f]{60}/i;

/** Could this result text hold a secret at all? */
export function mayHoldSecrets(text: string): boolean {
  return SUSPECT.test(text);
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
  return text
    .replace(JWT, REDACTED)
    .replace(HEX_TOKEN, REDACTED)
    .replace(PRIVATE_PATH, '/private_***')
    .replace(TOKEN_IN_QUERY, `$1${REDACTED}`);
}

/** Booleans, templates and `!secret` names under such a key tell nothing. */
function isSecret(key: string, value: unknown): boolean {
  return (
    SECRET_KEY.test(key) &&
    (typeof value === 'string' || typeof value === 'number') &&
    value !== '' &&
    !/^(\{\{|!secret )/.test(String(value))
  );
}
