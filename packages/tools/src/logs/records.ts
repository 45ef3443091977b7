import { LEVELS, type Level } from './query.ts';

/** One thing that was logged, with the lines that belong to it. */
export interface LogRecord {
  readonly lines: readonly string[];
  readonly level: Level | undefined;
  readonly component: string | undefined;
  readonly message: string;
  /** As the log has it. */
  readonly at: string | undefined;
}

const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');
const START = /^\[?(\d{2,4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?|\d\d:\d\d:\d\d)\]?\s+/;
const HEAD = new RegExp(
  `^(?:\\S+ )?(?:\\S+\\[\\d+\\]: )?\\[?(${LEVELS.join('|')}|WARN|FATAL)\\]?:?\\s+(?:\\([^)]*\\)\\s+)?(?:\\[([^\\]]+)\\]\\s*)?(.*)$`,
  'i',
);

/**
 * A log's text as records, oldest first: lines without a time (a traceback) belong to the one before.
 * In a log that writes no times each line stands for itself.
 */
export function parseLog(text: string): readonly LogRecord[] {
  const lines = text.replaceAll(COLOURS, '').split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  const isTimed = lines.some((line) => START.test(line));
  const groups: string[][] = [];
  for (const line of lines) {
    const last = groups.at(-1);
    if (last && isTimed && !START.test(line)) last.push(line);
    else groups.push([line]);
  }
  return groups.map(recordOf);
}

function recordOf(lines: readonly string[]): LogRecord {
  const [first = ''] = lines;
  const [head, at] = START.exec(first) ?? [''];
  const rest = first.slice(head.length);
  const [, level, component, message] = HEAD.exec(rest) ?? [];
  return { lines, level: levelNamed(level), component, message: message ?? rest, at };
}

function levelNamed(text: string | undefined): Level | undefined {
  const name = text?.toUpperCase();
  if (name === 'WARN') return 'WARNING';
  return name === 'FATAL' ? 'CRITICAL' : LEVELS.find((one) => one === name);
}
