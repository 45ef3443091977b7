/** A call that only wants to see what it would change; tools that can show it have the parameter. */
export function isPreview(input: unknown): boolean {
  return input !== null && typeof input === 'object' && 'preview' in input && input.preview === true;
}
