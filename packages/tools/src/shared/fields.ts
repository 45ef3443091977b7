/** Keeps the named keys of one record, in the record's own order; unknown names are the caller's to warn about. */
export function pick(record: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, unknown> {
  const wanted = new Set(keys);
  return Object.fromEntries(Object.entries(record).filter(([key]) => wanted.has(key)));
}

/**
 * Applies a tool's `fields` parameter: `success`, `warnings` and `always` stay, unknown names become a warning.
 * `others` are keys that a body may have and this one has not.
 */
export function project(
  body: Readonly<Record<string, unknown>>,
  fields: readonly string[] | undefined,
  always: readonly string[] = [],
  others: readonly string[] = [],
): Record<string, unknown> {
  if (!fields || fields.length === 0) return { ...body };
  const kept = pick(body, ['success', 'warnings', ...always, ...fields]);
  const known = new Set([...Object.keys(body), ...others]);
  const unknown = fields.filter((field) => !known.has(field));
  if (unknown.length === 0) return kept;
  const warning = `Unknown fields ignored: ${unknown.join(', ')}. Known: ${[...known].join(', ')}.`;
  return { ...kept, warnings: [...((body['warnings'] as string[] | undefined) ?? []), warning] };
}
