import { canonicalJson } from '@hub/core/canonical-json.ts';
import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';

const MAX_OPERATIONS = 100;

/** The part of RFC 6902 that needs no second path. */
export const patchShape = z
  .array(
    z.strictObject({
      op: z.enum(['add', 'remove', 'replace', 'test']),
      path: z.string().describe('JSON Pointer, e.g. /views/0/cards/-'),
      value: z.unknown().optional(),
    }),
  )
  .min(1)
  .max(MAX_OPERATIONS);

export type Patch = z.infer<typeof patchShape>;
type Operation = Patch[number];
type Change = Omit<Operation, 'path'>;

/** The document after all operations in their order; what was given stays as it is. @throws Fault VALIDATION_FAILED naming the operation that does not fit */
export function applyPatch(document: unknown, patch: Patch): unknown {
  let result: unknown = structuredClone(document);
  for (const [index, operation] of patch.entries()) {
    const fail = (why: string) => misfit(index, operation, why);
    if (operation.op !== 'remove' && operation.value === undefined) throw fail('it has no value');
    const steps = stepsOf(operation.path, fail);
    if (steps.length === 0) result = atRoot(result, operation, fail);
    else change(parentOf(result, steps, fail), steps.at(-1) ?? '', operation, fail);
  }
  return result;
}

type Fail = (why: string) => Fault;

function stepsOf(path: string, fail: Fail): string[] {
  if (path === '') return [];
  if (!path.startsWith('/')) throw fail('a path starts with /');
  const steps = path
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (steps.includes('__proto__')) throw fail('there is no such key');
  return steps;
}

function atRoot(document: unknown, { op, value }: Operation, fail: Fail): unknown {
  if (op === 'remove') throw fail('the whole dashboard cannot be removed by a patch');
  if (op === 'test') {
    assertEqual(document, value, fail);
    return document;
  }
  return structuredClone(value);
}

function parentOf(document: unknown, steps: readonly string[], fail: Fail): unknown {
  let at = document;
  for (const step of steps.slice(0, -1)) at = valueAt(at, step, fail);
  return at;
}

function valueAt(parent: unknown, step: string, fail: Fail): unknown {
  if (Array.isArray(parent)) return parent[indexOf(parent, step, fail)];
  if (isDict(parent) && Object.hasOwn(parent, step)) return parent[step];
  throw fail(`there is nothing at '${step}'`);
}

function change(parent: unknown, step: string, { op, value }: Operation, fail: Fail): void {
  if (op === 'test') assertEqual(valueAt(parent, step, fail), value, fail);
  else if (Array.isArray(parent)) changeList(parent, step, { op, value: structuredClone(value) }, fail);
  else if (isDict(parent)) changeDict(parent, step, { op, value: structuredClone(value) }, fail);
  else throw fail('what it lies in is neither a list nor an object');
}

function changeDict(dict: Record<string, unknown>, key: string, { op, value }: Change, fail: Fail): void {
  if (op !== 'add') valueAt(dict, key, fail);
  if (op === 'remove') delete dict[key];
  else dict[key] = value;
}

function changeList(list: unknown[], step: string, { op, value }: Change, fail: Fail): void {
  if (op === 'add') list.splice(step === '-' ? list.length : indexOf(list, step, fail, 1), 0, value);
  else if (op === 'remove') list.splice(indexOf(list, step, fail), 1);
  else list[indexOf(list, step, fail)] = value;
}

function indexOf(list: readonly unknown[], step: string, fail: Fail, beyond = 0): number {
  const index = /^(0|[1-9]\d{0,8})$/.test(step) ? Number(step) : Number.NaN;
  if (index < list.length + beyond) return index;
  throw fail(`'${step}' is no place in a list of ${list.length}`);
}

function assertEqual(found: unknown, wanted: unknown, fail: Fail): void {
  if (canonicalJson(found ?? null) !== canonicalJson(wanted ?? null)) throw fail('something else stands there');
}

function isDict(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function misfit(index: number, { op, path }: Operation, why: string): Fault {
  return new Fault('VALIDATION_FAILED', `\`patch[${index}]\`: ${op} ${path}: ${why}. Nothing was changed.`, {
    suggestion: 'Read the dashboard again; operations run in order, so an earlier one may have moved things.',
    context: { parameter: `patch[${index}]`, op, path },
  });
}
