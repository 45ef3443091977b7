import type { TodoItem } from '@hub/ha/todo.ts';
import { invalidParameter } from '../shared/invalid-parameter.ts';
import { localTime } from '../shared/local-time.ts';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?(?:\.\d+)?(Z|[+-]\d{2}:?\d{2})?$/i;

/** What may be set beside the title; '' clears. */
export interface GivenFields {
  readonly status?: string | undefined;
  readonly description?: string | undefined;
  readonly due_date?: string | undefined;
  readonly due_datetime?: string | undefined;
}

/** As Home Assistant's actions take them: null clears. */
export type ItemFields = Readonly<Record<string, string | null>>;

/** @throws Fault VALIDATION_INVALID_PARAMETER */
export function itemFields({ status, description, due_date, due_datetime }: GivenFields): ItemFields {
  if (due_date && due_datetime) {
    throw invalidParameter('due_date', '`due_datetime` is given too, and an item is due once.', 'Give one of the two.');
  }
  if (due_date && !isMoment(due_date, DATE))
    throw invalidParameter('due_date', `'${due_date}' is no date.`, 'Write 2026-11-25.', { value: due_date });
  if (due_datetime && !isMoment(due_datetime, TIME)) {
    throw invalidParameter(
      'due_datetime',
      `'${due_datetime}' is no time.`,
      'Write 2026-11-25T10:00:00, an offset may follow.',
      {
        value: due_datetime,
      },
    );
  }
  const given = { status, description, due_date, due_datetime };
  return Object.fromEntries(
    Object.entries(given).flatMap(([key, value]) => (value === undefined ? [] : [[key, value.trim() || null]])),
  );
}

/** The item as the list will show it, for a preview. */
export function plannedItem(item: Partial<TodoItem>, rename: string | undefined, fields: ItemFields) {
  const { status, description, due_date: date, due_datetime: time } = fields;
  const due = date ?? time;
  const hasDue = date !== undefined || time !== undefined;
  return {
    ...item,
    ...(rename === undefined ? {} : { summary: rename }),
    ...(status ? { status } : {}),
    ...(description === undefined ? {} : { description }),
    ...(hasDue ? { due } : {}),
  };
}

/** Whether the item shows what was asked for. */
export function shows(item: TodoItem, summary: string | undefined, fields: ItemFields, timeZone: string): boolean {
  const { status, description, due_date: date, due_datetime: time } = fields;
  return (
    (summary === undefined || item.summary === summary) &&
    (status === undefined || item.status === status) &&
    (description === undefined || (item.description || null) === description) &&
    (date === undefined || (date === null ? !item.due || Boolean(time) : item.due === date)) &&
    (time === undefined || (time === null ? !item.due || Boolean(date) : isSameTime(item.due ?? '', time, timeZone)))
  );
}

function isSameTime(due: string, given: string, timeZone: string): boolean {
  const [, date, minutes, seconds = ':00', offset] = TIME.exec(given) ?? [];
  const asked = `${date}T${minutes}${seconds}`;
  if (offset === undefined) return localTime(due, timeZone).slice(0, 19) === asked;
  return Date.parse(due) === Date.parse(asked + offset.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2'));
}

/** Of the right form and in the calendar: 2026-02-30 is not, though JavaScript reads it as March 2. */
function isMoment(text: string, form: RegExp): boolean {
  const given = text.trim();
  if (!form.test(given)) return false;
  const date = new Date(`${given.slice(0, 10)}T00:00:00Z`);
  const isTime = given.length === 10 || !Number.isNaN(Date.parse(`2026-01-01T${given.slice(11, 16)}Z`));
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(given.slice(0, 10)) && isTime;
}
