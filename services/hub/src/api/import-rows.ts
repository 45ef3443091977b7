import { Fault } from '@hub/core/fault.ts';
import { CsvError, parse } from 'csv-parse/sync';
import { homeInput } from './home-shape.ts';

/** One home of an import as it was written, before anything is known of it. */
export interface ImportRow {
  /** 1 is the first home. */
  readonly row: number;
  readonly fields: unknown;
  /** Why it cannot even be read. */
  readonly trouble?: string;
}

export const MAX_ROWS = 2_000;

const COLUMNS = Object.keys(homeInput.shape).filter((name) => name !== 'headers');
const byLowerName = new Map(COLUMNS.map((name) => [name.toLowerCase(), name]));

/**
 * A table with a head line, separated by comma, semicolon or tab; `time_zone` may stand for `timeZone`, several tags are
 * separated by spaces or commas, an empty cell says nothing. @throws Fault VALIDATION_FAILED when it is no such table
 */
export function readCsv(text: string): readonly ImportRow[] {
  const records = parseTable(text);
  const [head, ...rows] = records;
  if (!head) throw unreadable('The file is empty.');
  const columns = head.map(columnOf);
  if (!columns.includes('url') || !columns.includes('token')) throw unreadable('The columns url and token are needed.');
  return rows.map((record, at) =>
    record.length === columns.length
      ? { row: at + 1, fields: fieldsOf(columns, record) }
      : { row: at + 1, fields: {}, trouble: `has ${record.length} cells where the head has ${columns.length}` },
  );
}

/** An array of homes. @throws Fault VALIDATION_FAILED for too many */
export function readRows(homes: readonly unknown[]): readonly ImportRow[] {
  if (homes.length > MAX_ROWS) throw tooMany();
  return homes.map((fields, at) => ({ row: at + 1, fields }));
}

function parseTable(text: string): readonly (readonly string[])[] {
  const [headLine = ''] = text.split(/\r?\n/, 1);
  const delimiter = [';', '\t', ','].find((one) => headLine.includes(one)) ?? ',';
  try {
    const records: string[][] = parse(text, {
      bom: true,
      delimiter,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
      to: MAX_ROWS + 2,
    });
    if (records.length > MAX_ROWS + 1) throw tooMany();
    return records;
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw unreadable(`The table cannot be read: ${cause.message.slice(0, 200)}`, cause);
  }
}

function columnOf(name: string): string {
  const column = byLowerName.get(name.toLowerCase().replaceAll(/[_\s-]/g, ''));
  if (column === undefined) throw unreadable(`There is no column '${name.slice(0, 50)}'.`);
  return column;
}

function fieldsOf(columns: readonly string[], cells: readonly string[]): unknown {
  const filled = columns.flatMap((column, at) => {
    const cell = cells[at] ?? '';
    if (cell === '') return [];
    return [[column, column === 'tags' ? cell.split(/[\s,|]+/).filter(Boolean) : cell] as const];
  });
  return Object.fromEntries(filled);
}

function tooMany(): Fault {
  return new Fault('VALIDATION_FAILED', `An import takes at most ${MAX_ROWS} homes.`, {
    suggestion: 'Split it.',
  });
}

function unreadable(message: string, cause?: Error): Fault {
  return new Fault('VALIDATION_FAILED', message, {
    suggestion: `The first line names the columns; there may be: ${COLUMNS.join(', ')}.`,
    cause,
  });
}
