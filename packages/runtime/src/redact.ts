import { isSecretKey, withoutSecrets } from '@hub/core/secret-text.ts';

const REDACTED = '[redacted]';
const MAX_DEPTH = 8;
const MAX_ITEMS = 100;

/** In a log also: results need where a home is, and codes of errors. */
const LOG_KEYS = /^(code|pin|latitude|longitude|gps)$/;
/** A fault or system code (`CONNECTION_FAILED`, `ECONNRESET`, `57P01`, `TS2307`) is no secret; an alarm or OAuth code is. */
const ERROR_CODE = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$|^[0-9A-Z]{5}$/;

/** In a finished line of JSON: bindings of child loggers never pass through `redactValue`. */
const SECRET_FIELD =
  /"([\w-]*(?:authorization|token|password|passphrase|secret|api_?key|cookie|latitude|longitude))":("(?:[^"\\]|\\.)*"|-?[\d.]+)/gi;

/** Secrets out of a finished line of JSON: in texts, and under secret keys. */
export function redactLine(line: string): string {
  return withoutSecrets(line.replace(SECRET_FIELD, `"$1":"${REDACTED}"`), REDACTED);
}

function isSecret(key: string, value: unknown): boolean {
  if (value === null || value === undefined || typeof value === 'boolean') return false;
  const plain = key.toLowerCase().replace(/[-_\s]/g, '');
  if (!LOG_KEYS.test(plain) && !isSecretKey(key)) return false;
  return !(plain === 'code' && typeof value === 'string' && ERROR_CODE.test(value) && /[A-Z]/.test(value));
}

/** What Redis refuses comes with the command as it was sent: a password, or what was to be kept. Its name is enough. */
function nameAlone({ command }: Readonly<Record<string, unknown>>): object {
  if (command === null || typeof command !== 'object' || !('args' in command)) return {};
  return { command: 'name' in command ? { name: command.name } : REDACTED };
}

/**
 * What PostgreSQL says beside its message quotes rows as they are: a name, an address, a text of a home. Its code says enough, and is
 * no secret, as digits alone elsewhere may be.
 */
function withoutRows(error: Error): object {
  if (!('severity' in error && 'routine' in error && 'code' in error)) return {};
  return { code: error.code, detail: undefined, where: undefined, internalQuery: undefined };
}

function redactError(error: Error, depth: number): unknown {
  const clean = redactObject(error, depth);
  return {
    ...clean,
    ...nameAlone(clean),
    ...withoutRows(error),
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: redactValue(error.cause, depth + 1) }),
  };
}

function redactObject(object: object, depth: number): Record<string, unknown> {
  const clean: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object).slice(0, MAX_ITEMS)) {
    clean[key] = isSecret(key, value) ? REDACTED : redactValue(value, depth + 1);
  }
  return clean;
}

/** A copy without the values of secret keys, at most 8 levels deep and 100 entries wide; errors become plain objects. */
export function redactValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object') return value;
  if (depth >= MAX_DEPTH) return '[deeper]';
  if (value instanceof Error) return redactError(value, depth);
  if (value instanceof Date) return value;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => redactValue(item, depth + 1));
  if (value instanceof Map) return redactObject(Object.fromEntries(value), depth);
  return redactObject(value, depth);
}
