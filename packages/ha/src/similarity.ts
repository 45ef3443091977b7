const MARKS = /\p{M}+/gu;
const SEPARATORS = /[^\p{L}\p{N}]+/u;

/** Lower case, without accents: `Küche` and `kuche` are one word. */
export function fold(text: string): string {
  return text.toLowerCase().normalize('NFKD').replace(MARKS, '');
}

/** `light.bed_light`, `Bed Light` → words without case, accents and separators. */
export function wordsOf(text: string): string[] {
  return fold(text)
    .split(SEPARATORS)
    .filter((word) => word !== '');
}

/** 1 for equal texts, less by each letter that is wrong, missing, extra or swapped with its neighbour; 0 for nothing in common. */
export function similarity(a: string, b: string): number {
  const longer = Math.max(a.length, b.length);
  return longer === 0 ? 1 : 1 - distance(a, b) / longer;
}

/** Like `similarity`, of the shorter text with the part of the longer one that is nearest to it. */
export function partialSimilarity(a: string, b: string): number {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (short === '') return 0;
  if (long.includes(short)) return 1;
  let best = 0;
  for (let start = 0; start + short.length <= long.length; start++)
    best = Math.max(best, similarity(short, long.slice(start, start + short.length)));
  return best;
}

/** Edits between two texts; swapping two neighbours counts as one. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (isSame ? 0 : 1));
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwapped) cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
