import Table from 'cli-table3';
import { type Paint, plain } from './io.ts';

type Cell = string | number | undefined;

/** Columns under their heads, without lines; columns without a single cell are left out. */
export function table(paint: Paint, heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const used = heads.map((_, at) => rows.some((row) => row[at] !== undefined && row[at] !== ''));
  const pick = <T>(cells: readonly T[]) => cells.filter((_, at) => used[at]);
  const made = newTable();
  made.push(pick(heads).map((head) => paint('bold', head)));
  for (const row of rows) made.push(pick(row).map((cell) => (cell === undefined ? '' : String(cell))));
  return trimLines(made.toString());
}

/** One thing, a line for each of its facts; those it does not have are left out. */
export function facts(paint: Paint, entries: readonly (readonly [string, Cell | boolean])[]): string {
  const made = newTable();
  for (const [name, value] of entries) {
    if (value !== undefined && value !== '') made.push([paint('dim', name), inWords(value)]);
  }
  return trimLines(made.toString());
}

/** Of people and homes, made harmless. */
export function cell(text: string | undefined): string | undefined {
  return text === undefined ? undefined : plain(text);
}

function inWords(value: string | number | boolean): string {
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
}

function newTable() {
  const none = ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'];
  const inner = ['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'];
  return new Table({
    chars: Object.fromEntries([...none, ...inner].map((name) => [name, ''])),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
  });
}

function trimLines(text: string): string {
  return text.replaceAll(/[^\S\n]+$/gm, '');
}
