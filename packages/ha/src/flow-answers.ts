import { canonicalJson } from '@hub/core/canonical-json.ts';
import { type FlowField, isReadOnlyField } from './flow-fields.ts';
import { isRecord } from './selector.ts';

type Values = Readonly<Record<string, unknown>>;

export interface Filled {
  readonly input: Values;
  /** Answers that found their field: `cycle`, `additional_options.availability`. */
  readonly used: readonly string[];
  /** Answers that would change what the form only shows. */
  readonly fixed: readonly string[];
}

/**
 * A form filled as the editor would: with the given answers, else with what stands in it. What Home Assistant fills in by itself is
 * left to it. An answer for a field of a section may stand under the section's name or beside it; null and '' empty a field.
 */
export function fillForm(fields: readonly FlowField[], answers: Values): Filled {
  const notes: Notes = { used: [], fixed: [] };
  const named = new Set(fields.flatMap(({ name }) => name ?? []));
  const input: Record<string, unknown> = {};
  for (const field of fields) {
    const { name = '', schema, required } = field;
    if (!schema) {
      fillInto(input, field, { path: name, value: answers[name] }, notes);
      continue;
    }
    const own = isRecord(answers[name]) ? answers[name] : undefined;
    if (own && Object.keys(own).length === 0) notes.used.push(name);
    const inner: Record<string, unknown> = {};
    for (const one of schema) fillInto(inner, one, pickInner(name, own ?? {}, one.name ?? '', answers, named), notes);
    if (required === true || Object.keys(inner).length > 0) input[name] = inner;
  }
  return { input, ...notes };
}

interface Notes {
  readonly used: string[];
  readonly fixed: string[];
}

interface Pick {
  readonly path: string;
  readonly value: unknown;
}

function pickInner(section: string, own: Values, name: string, answers: Values, named: ReadonlySet<string>): Pick {
  if (Object.hasOwn(own, name)) return { path: `${section}.${name}`, value: own[name] };
  return { path: name, value: named.has(name) ? undefined : answers[name] };
}

function fillInto(input: Record<string, unknown>, field: FlowField, { path, value }: Pick, notes: Notes): void {
  if (field.name === undefined) return;
  if (value !== undefined) notes.used.push(path);
  const filled = fillOne(field, value);
  if (filled.isFixed) notes.fixed.push(path);
  if (filled.value !== undefined) input[field.name] = filled.value;
}

function fillOne(field: FlowField, answer: unknown): { readonly value: unknown; readonly isFixed?: boolean } {
  const stored = field.description?.suggested_value ?? undefined;
  const wanted = answer === undefined ? undefined : fitted(field, answer);
  if (isReadOnlyField(field)) {
    const isSame = wanted === undefined || stored === undefined || canonicalJson(wanted) === canonicalJson(stored);
    return { value: undefined, isFixed: !isSame };
  }
  if (answer === undefined) return { value: stored ?? (isBareSwitch(field) ? false : undefined) };
  const isEmptied = answer === null || (answer === '' && field.required !== true);
  return { value: isEmptied ? undefined : wanted };
}

/** The editor shows a switch without a value as off, and sends that. */
function isBareSwitch({ required, default: proposed, selector, type }: FlowField): boolean {
  return required === true && proposed === undefined && (selector?.['boolean'] !== undefined || type === 'boolean');
}

const ID_LISTS = ['entity', 'device', 'area', 'floor', 'label'];
const LISTS = [...ID_LISTS, 'select', 'state', 'text'];

/** An answer in the shape the field's selector takes: models write `00:05:00`, `a,b` and 5 where Home Assistant wants objects, lists and texts. */
function fitted({ selector = {}, type }: FlowField, value: unknown): unknown {
  if (selector['duration'] !== undefined) return durationOf(value);
  if (selector['boolean'] !== undefined || type === 'boolean') return truthOf(value);
  const list = LISTS.find((kind) => isRecord(selector[kind]) && selector[kind]['multiple'] === true);
  if (list !== undefined && !Array.isArray(value)) return listOf(list, value);
  const isText = ['template', 'text', 'select', 'time'].some((kind) => selector[kind] !== undefined);
  return isText && (typeof value === 'number' || typeof value === 'boolean') ? String(value) : value;
}

function listOf(kind: string, value: unknown): unknown {
  if (typeof value !== 'string') return value === null ? value : [value];
  if (!ID_LISTS.includes(kind)) return value === '' ? [] : [value];
  return value
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

function truthOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (/^(true|on|yes)$/i.test(value)) return true;
  return /^(false|off|no)$/i.test(value) ? false : value;
}

function durationOf(value: unknown): unknown {
  if (typeof value === 'number') return { hours: 0, minutes: 0, seconds: value };
  if (typeof value !== 'string') return value;
  if (/^\d+(\.\d+)?$/.test(value)) return { hours: 0, minutes: 0, seconds: Number(value) };
  const clock = /^(\d+):(\d{1,2})(?::(\d{1,2}))?$/.exec(value.trim());
  return clock ? { hours: Number(clock[1]), minutes: Number(clock[2]), seconds: Number(clock[3] ?? 0) } : value;
}

/** Answers that no step asked for: `colour`, `additional_options.colour`. */
export function unusedAnswers(answers: Values, used: ReadonlySet<string>): string[] {
  return Object.entries(answers).flatMap(([key, value]) => {
    if (value === undefined || used.has(key)) return [];
    const inner = isRecord(value) ? Object.keys(value).map((name) => `${key}.${name}`) : [];
    return inner.some((path) => used.has(path)) ? inner.filter((path) => !used.has(path)) : [key];
  });
}
