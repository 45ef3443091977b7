import { canonicalJson, configHash } from '@hub/core/canonical-json.ts';
import type { ToolContext } from '../define.ts';

export type ItemContext = Pick<ToolContext, 'home' | 'signal'>;

/** What writing an item back came to, beside the item itself. */
export interface Applied {
  /** When the home gave what was made anew another id. */
  readonly id?: string | undefined;
  /** What could not be brought back. */
  readonly warnings?: readonly string[];
}

/** How one kind of item is read and written back, through the same functions that the tools use. */
export interface Applier {
  /** The item as edits keep it; undefined when it is not there. `kept` is what the edit knows of it. */
  read(context: ItemContext, id: string, kept: unknown): Promise<unknown>;
  /** Makes the item what it was; `wanted` undefined takes it away. `now` is what `read` gave. @throws Fault as the home does */
  write(context: ItemContext, id: string, wanted: unknown, now: unknown): Promise<Applied>;
  /** Why this cannot be taken back; undefined when it can. `left` is what the change had left. */
  obstacle?(wanted: unknown, now: unknown, left: unknown): string | undefined;
  /** The part of an item that people set: what is compared. All of it unless told. */
  essence?(item: unknown): unknown;
}

export type Row = Readonly<Record<string, unknown>>;

/** An item as JSON object; empty for anything else. */
export function rowOf(item: unknown): Row {
  return item !== null && typeof item === 'object' && !Array.isArray(item) ? (item as Row) : {};
}

export function pick(item: unknown, keys: readonly string[]): Row | undefined {
  if (item === undefined) return undefined;
  const row = rowOf(item);
  return Object.fromEntries(keys.flatMap((key) => (row[key] === undefined ? [] : [[key, row[key]]])));
}

/** Without what the home itself writes into a row. */
export function omit(item: unknown, keys: readonly string[]): Row | undefined {
  if (item === undefined) return undefined;
  return Object.fromEntries(Object.entries(rowOf(item)).filter(([key]) => !keys.includes(key)));
}

export function isSameItem({ essence = (item) => item }: Pick<Applier, 'essence'>, a: unknown, b: unknown): boolean {
  return canonicalJson(essence(a) ?? null) === canonicalJson(essence(b) ?? null);
}

export function itemHash({ essence = (item) => item }: Pick<Applier, 'essence'>, item: unknown): string {
  return configHash(essence(item) ?? null);
}

/** Fields of `wanted` that differ from `now`; a field that `wanted` has not becomes `absent`. */
export function changesTo(wanted: unknown, now: unknown, fields: readonly string[], absent: unknown): Row {
  const [to, from] = [rowOf(wanted), rowOf(now)];
  return Object.fromEntries(
    fields.flatMap((key) => {
      const value = to[key] ?? absent;
      return canonicalJson(value ?? null) === canonicalJson(from[key] ?? absent ?? null) ? [] : [[key, value]];
    }),
  );
}
