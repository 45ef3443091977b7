import { indexNumber, take } from './arguments.ts';
import { collect, iterableOf } from './iterate.ts';
import type { Methods } from './list-methods.ts';
import { Raised } from './refusal.ts';
import {
  charge,
  codePoints,
  ITEM_BYTES,
  type Keywords,
  type Run,
  Tuple,
  typeError,
  typeOf,
  type Value,
} from './values.ts';

/** What Python counts as white space where JavaScript's `\s` differs (it has U+FEFF and lacks the separators 1C to 1F and 85). */
const SPACES = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const LEADING = new RegExp(`^[${SPACES}]+`);
/** Starts only where a run of spaces starts, or a long run inside the text would be walked again from each of its characters. */
const TRAILING = new RegExp(`(?<![${SPACES}])[${SPACES}]+$`);

function text(value: Value | undefined, complaint: (type: string) => string): string {
  if (typeof value !== 'string') throw typeError(complaint(typeOf(value ?? null)));
  return value;
}

/** The part between the optional positions given at `from` and after it; counts in code points. */
function part(
  run: Run,
  self: string,
  args: readonly Value[],
  from: number,
): { readonly text: string; readonly start: number } {
  if (args.length <= from) return { text: self, start: 0 };
  const chars = codePoints(run, self);
  const place = (value: Value | undefined, fallback: number) => {
    const index = value === undefined || value === null ? fallback : indexNumber(value);
    return index < 0 ? Math.max(0, index + chars.length) : index;
  };
  const start = place(args[from], 0);
  return { text: chars.slice(start, place(args[from + 1], chars.length)).join(''), start };
}

function affix(
  run: Run,
  name: 'startswith' | 'endswith',
  self: string,
  args: readonly Value[],
  keywords: Keywords,
): boolean {
  const given = take(name, args, keywords, { required: 1, most: 3 });
  const wanted = given.at(0);
  const within = part(run, self, args, 1).text;
  const complaint = (type: string) => `${name} first arg must be str or a tuple of str, not ${type}`;
  const options = wanted instanceof Tuple ? wanted.items : [wanted];
  return options.some((option) => {
    const one = text(option, complaint);
    return name === 'startswith' ? within.startsWith(one) : within.endsWith(one);
  });
}

function countOf(haystack: string, needle: string): number {
  if (needle === '') return [...haystack].length + 1;
  let count = 0;
  for (let at = haystack.indexOf(needle); at >= 0; at = haystack.indexOf(needle, at + needle.length)) count += 1;
  return count;
}

function replaceText(run: Run, self: string, from: string, to: string, limit: number): string {
  const times = Math.min(countOf(self, from), limit < 0 ? Number.POSITIVE_INFINITY : limit);
  charge(run, self.length + times * (ITEM_BYTES + Math.max(0, to.length - from.length)));
  if (from === '') return replaceNothing([...self], to, times);
  if (limit < 0) return self.replaceAll(from, to.replaceAll('$', '$$$$'));
  const pieces: string[] = [];
  let at = 0;
  for (let n = 0; n < times; n++) {
    const next = self.indexOf(from, at);
    pieces.push(self.slice(at, next));
    at = next + from.length;
  }
  return [...pieces, self.slice(at)].join(to);
}

/** Replacing the empty text puts `to` before each character and at the end. */
function replaceNothing(chars: readonly string[], to: string, times: number): string {
  const before = chars.map((char, n) => (n < times ? to + char : char)).join('');
  return times > chars.length ? before + to : before;
}

function strip(text: string): string {
  return text.replace(LEADING, '').replace(TRAILING, '');
}

function splitOnSpace(self: string, limit: number): string[] {
  const words: string[] = [];
  for (const { 0: word, index } of self.matchAll(new RegExp(`[^${SPACES}]+`, 'g'))) {
    if (words.length === limit) return [...words, self.slice(index)];
    words.push(word);
  }
  return words;
}

function splitOn(self: string, separator: string, limit: number): string[] {
  if (separator === '') throw new Raised('ValueError', 'empty separator');
  const pieces = self.split(separator);
  return limit < 0 || pieces.length <= limit + 1
    ? pieces
    : [...pieces.slice(0, limit), pieces.slice(limit).join(separator)];
}

function stripChars(self: string, chars: ReadonlySet<string>): string {
  const all = [...self];
  const isKept = (char: string) => !chars.has(char);
  return all
    .slice(all.findIndex(isKept) < 0 ? all.length : all.findIndex(isKept), all.findLastIndex(isKept) + 1)
    .join('');
}

export const STR_METHODS: Methods<string> = {
  startswith: (run, self, args, keywords) => affix(run, 'startswith', self, args, keywords),
  endswith: (run, self, args, keywords) => affix(run, 'endswith', self, args, keywords),
  lower(run, self, args, keywords) {
    take('str.lower', args, keywords, { required: 0, most: 0 });
    charge(run, self.length * 2);
    return self.toLowerCase();
  },
  upper(run, self, args, keywords) {
    take('str.upper', args, keywords, { required: 0, most: 0 });
    charge(run, self.length * 3);
    return self.toUpperCase();
  },
  strip(run, self, args, keywords) {
    const chars = take('strip', args, keywords, { required: 0, most: 1 }).at(0);
    charge(run, self.length);
    if (chars === null) return strip(self);
    charge(run, self.length * ITEM_BYTES);
    return stripChars(self, new Set(text(chars, () => 'strip arg must be None or str')));
  },
  split(run, self, args, keywords) {
    const given = take('split', args, keywords, { required: 0, most: 2, names: ['sep', 'maxsplit'] });
    const separator = given.at(0, null, 'sep');
    const limit = indexNumber(given.at(1, -1n, 'maxsplit'));
    charge(run, self.length * 2);
    if (separator === null) return counted(run, splitOnSpace(self, limit));
    return counted(
      run,
      splitOn(
        self,
        text(separator, (type) => `must be str or None, not ${type}`),
        limit,
      ),
    );
  },
  join(run, self, args, keywords) {
    const given = take('str.join', args, keywords, { required: 1, most: 1 });
    if (iterableOf(run, given.at(0)) === undefined) throw typeError('can only join an iterable');
    const pieces = collect(run, given.at(0)).map((item, n) =>
      text(item, (type) => `sequence item ${n}: expected str instance, ${type} found`),
    );
    charge(
      run,
      pieces.reduce((sum, piece) => sum + piece.length + self.length, 0),
    );
    return pieces.join(self);
  },
  replace(run, self, args, keywords) {
    const given = take('replace', args, keywords, { required: 2, most: 3, names: ['count'] });
    const complaint = (n: number) => (type: string) => `replace() argument ${n} must be str, not ${type}`;
    const [from, to] = [text(given.at(0), complaint(1)), text(given.at(1), complaint(2))];
    return replaceText(run, self, from, to, indexNumber(given.at(2, -1n, 'count')));
  },
  index(run, self, args, keywords) {
    const given = take('index', args, keywords, { required: 1, most: 3 });
    const within = part(run, self, args, 1);
    const at = within.text.indexOf(text(given.at(0), (type) => `must be str, not ${type}`));
    if (at < 0) throw new Raised('ValueError', 'substring not found');
    return BigInt(within.start + [...within.text.slice(0, at)].length);
  },
  count(run, self, args, keywords) {
    const given = take('count', args, keywords, { required: 1, most: 3 });
    return BigInt(
      countOf(
        part(run, self, args, 1).text,
        text(given.at(0), (type) => `must be str, not ${type}`),
      ),
    );
  },
};

function counted(run: Run, pieces: string[]): string[] {
  charge(run, pieces.length * ITEM_BYTES * 2);
  return pieces;
}
