/** What jsonb refuses to hold inside a string: the NUL character and half a surrogate pair. */
const UNSTORABLE = /\\u(0000|d[89a-f])/i;

/** A value as text for a jsonb column; characters it cannot hold become U+FFFD. @throws TypeError for what JSON has no form for */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value ?? null);
  if (!UNSTORABLE.test(text)) return text;
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'string' ? inner.toWellFormed().replaceAll('\0', '\uFFFD') : inner,
  );
}
