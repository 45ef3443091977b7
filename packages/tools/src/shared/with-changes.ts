/** A row as an update of some of its fields would leave it; undefined takes a field away. */
export function withChanges(
  row: unknown,
  changes: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const whole = { ...(row !== null && typeof row === 'object' ? row : {}), ...changes };
  return Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== undefined));
}
