/** Stands where a secret was. */
export const REDACTED = '<redacted>';

/** Stands in a preview for a secret that would be another one than before. */
export const NEW_SECRET = '<redacted>, another one';

/** What stands for secrets, as Home Assistant and other servers write it too. */
const SENTINEL = /<redacted>|\*\*REDACTED\*\*|\[REDACTED\]|^\*{3,}$/i;
const LOGIN_IN_URL = /(\/\/[^/\s:@]*:)[^@\s/]+@/g;

/** Where in a value something stands in place of a secret: `auth.password`; undefined when nowhere. */
export function findSentinel(value: unknown, path = ''): string | undefined {
  if (typeof value === 'string') return SENTINEL.test(value) ? path : undefined;
  if (value === null || typeof value !== 'object') return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const found = findSentinel(inner, path === '' ? key : `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The same value with the passwords in its URLs (`mysql://user:…@host`) replaced. */
export function redactUrls(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(LOGIN_IN_URL, `$1${REDACTED}@`);
  if (Array.isArray(value)) return value.map(redactUrls);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, redactUrls(inner)]));
}
