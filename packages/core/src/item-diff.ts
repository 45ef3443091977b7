import { unifiedDiff } from './line-diff.ts';

type Plain = Readonly<Record<string, unknown>>;

/** A unified diff of two configuration items as indented JSON; undefined is an item that is not there, '' means equal. */
export function itemDiff(before: unknown, after: unknown): string {
  return unifiedDiff(pretty(before), pretty(alike(after, before)));
}

function pretty(item: unknown): string {
  return item === undefined ? '' : JSON.stringify(item, undefined, 2);
}

/** The same value with its keys in the order of `model`: the order means nothing, so it is no difference. */
function alike(value: unknown, model: unknown): unknown {
  if (Array.isArray(value)) return value.map((one, at) => alike(one, Array.isArray(model) ? model[at] : undefined));
  if (!isPlain(value)) return value;
  const keys = isPlain(model) ? Object.keys(model).filter((key) => key in value) : [];
  const all = [...keys, ...Object.keys(value).filter((key) => !keys.includes(key))];
  return Object.fromEntries(all.map((key) => [key, alike(value[key], isPlain(model) ? model[key] : undefined)]));
}

function isPlain(value: unknown): value is Plain {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
