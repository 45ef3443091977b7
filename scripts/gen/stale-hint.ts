import { existsSync, readFileSync } from 'node:fs';

/** Where the file first differs from what it should hold; undefined when it does not. */
export function staleHint(path: string, wanted: string): string | undefined {
  if (!existsSync(path)) return '  it does not exist yet';
  const present = readFileSync(path, 'utf8');
  if (present === wanted) return undefined;
  const before = present.split('\n');
  const after = wanted.split('\n');
  const at = after.findIndex((line, index) => line !== before[index]);
  const line = at === -1 ? after.length : at;
  const show = (mark: string, text: string | undefined) =>
    text === undefined ? `  ${mark} (end of file)` : `  ${mark} ${text.slice(0, 160)}`;
  return [`  first difference in line ${line + 1}:`, show('-', before[line]), show('+', after[line])].join('\n');
}
