type Line = { readonly mark: ' ' | '-' | '+'; readonly text: string };

const CONTEXT = 3;

/** A unified diff of two texts, line by line; empty when they are equal. */
export function unifiedDiff(before: string, after: string): string {
  const lines = diffLines(split(before), split(after));
  return hunksOf(lines)
    .map(([from, to]) => hunkText(lines, from, to))
    .join('');
}

function split(text: string): readonly string[] {
  return text === '' ? [] : text.split('\n');
}

/** Equal ends are set aside first, so that the search looks only at what differs. */
function diffLines(a: readonly string[], b: readonly string[]): readonly Line[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const same = (text: string): Line => ({ mark: ' ', text });
  return [
    ...a.slice(0, start).map(same),
    ...compare(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...a.slice(a.length - end).map(same),
  ];
}

/** Beyond so many pairs of lines everything is shown as replaced: time and memory grow with them. */
const MAX_PAIRS = 4_000_000;

function compare(a: readonly string[], b: readonly string[]): readonly Line[] {
  const removed = (from: number) => a.slice(from).map((text): Line => ({ mark: '-', text }));
  const added = (from: number) => b.slice(from).map((text): Line => ({ mark: '+', text }));
  if (a.length * b.length > MAX_PAIRS) return [...removed(0), ...added(0)];
  const common = commonLengths(a, b);
  const lines: Line[] = [];
  let [x, y] = [0, 0];
  while (x < a.length && y < b.length) {
    const [old = '', now = ''] = [a[x], b[y]];
    if (old === now) {
      lines.push({ mark: ' ', text: old });
      x += 1;
      y += 1;
    } else if (common(x + 1, y) >= common(x, y + 1)) {
      lines.push({ mark: '-', text: old });
      x += 1;
    } else {
      lines.push({ mark: '+', text: now });
      y += 1;
    }
  }
  return [...lines, ...removed(x), ...added(y)];
}

/** How many lines the rest of `a` from x and the rest of `b` from y have in common, in order. */
function commonLengths(a: readonly string[], b: readonly string[]): (x: number, y: number) => number {
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  const at = (x: number, y: number) => table[x * width + y] ?? 0;
  for (let x = a.length - 1; x >= 0; x -= 1) {
    for (let y = b.length - 1; y >= 0; y -= 1) {
      table[x * width + y] = a[x] === b[y] ? at(x + 1, y + 1) + 1 : Math.max(at(x + 1, y), at(x, y + 1));
    }
  }
  return at;
}

/** Stretches of lines to show: each change with its surroundings, those that touch put together. */
function hunksOf(lines: readonly Line[]): readonly (readonly [number, number])[] {
  const hunks: [number, number][] = [];
  for (const [at, { mark }] of lines.entries()) {
    if (mark === ' ') continue;
    const last = hunks.at(-1);
    const to = Math.min(lines.length, at + CONTEXT + 1);
    if (last && at - CONTEXT <= last[1]) last[1] = to;
    else hunks.push([Math.max(0, at - CONTEXT), to]);
  }
  return hunks;
}

function hunkText(lines: readonly Line[], from: number, to: number): string {
  const count = (part: readonly Line[], mark: '-' | '+') => part.filter((one) => one.mark !== mark).length;
  const [earlier, shown] = [lines.slice(0, from), lines.slice(from, to)];
  const range = (mark: '-' | '+') => {
    const size = count(shown, mark);
    return `${count(earlier, mark) + (size === 0 ? 0 : 1)},${size}`;
  };
  const body = shown.map(({ mark, text }) => `${mark}${text}\n`).join('');
  return `@@ -${range('+')} +${range('-')} @@\n${body}`;
}
