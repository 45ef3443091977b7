/** What jsonb refuses to hold inside a string: the NUL character and half a surrogate pair. */
const UNSTORABLE = /\\u(0000|d[89a-f])/i;

/** A value as text for a jsonb column; characters it cannot hold become U+FFFD. @throws TypeError for what JSON has no form for */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value ?? null);
  if (!UNSTORABLE.test(text)) return text;
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === 'string') return storable(inner);
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).map(([key, one]) => [storable(key), one]));
  });
}

function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}
