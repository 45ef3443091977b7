const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>)\]]+/gi, '<address>'],
  [/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, '<mail>'],
  [/\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b/g, '<ip>'],
  [/\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b/gi, '<mac>'],
  [/\b[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){3,7}\b/gi, '<ip>'],
  [/-?\b\d{1,3}\.\d{4,}\b/g, '<number>'],
  [/\b(?=[\w-]*\d)(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{24,}|\b[0-9a-f]{32,}\b/g, '<token>'],
  [/((?:password|passwd|token|secret|api_?key|authorization)["']?\s*[:=]\s*)(["']?)[^\s"',;]+\2/gi, '$1<secret>'],
];

/** A text as it may stand in a public report: addresses, mail, network numbers, coordinates and long keys are taken out. */
export function withoutTraces(text: string): string {
  return PATTERNS.reduce((clean, [pattern, sign]) => clean.replace(pattern, sign), text);
}
