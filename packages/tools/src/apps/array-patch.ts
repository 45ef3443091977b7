import { Fault } from '@hub/core/fault.ts';
import { isRecord } from '@hub/ha/selector.ts';
import { z } from 'zod';
import { invalidParameter } from '../shared/invalid-parameter.ts';

const idShape = z.union([z.string().min(1), z.number()]);
const operationShape = z.discriminatedUnion('op', [
  z.strictObject({
    op: z.literal('patch'),
    id: idShape,
    patches: z.record(z.string(), z.unknown()).refine((one) => Object.keys(one).length > 0, 'changes nothing'),
  }),
  z.strictObject({ op: z.literal('delete'), id: idShape }),
  z.strictObject({ op: z.literal('add'), item: z.record(z.string(), z.unknown()) }),
  z.strictObject({ op: z.literal('delete_where'), field: z.string().min(1), value: z.json() }),
]);
const patchShape = z.strictObject({
  id_field: z.string().min(1).default('id'),
  operations: z.array(operationShape).min(1),
});

type Operation = z.infer<typeof operationShape>;
export type ArrayPatch = z.infer<typeof patchShape>;

/** @throws Fault VALIDATION_INVALID_PARAMETER that says what is wrong where */
export function readArrayPatch(given: unknown): ArrayPatch {
  const parsed = patchShape.safeParse(given);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  throw invalidParameter(
    'array_patch',
    `${first?.path.join('.') ?? ''} ${first?.message ?? ''}`.trim(),
    'It is {id_field?, operations:[{op:"patch",id,patches} | {op:"delete",id} | {op:"add",item} | {op:"delete_where",field,value}]}.',
  );
}

interface Summary {
  readonly patched: unknown[];
  readonly deleted: unknown[];
  readonly added: unknown[];
  readonly deleted_where: unknown[];
}

/** The list after all operations, in their order, and what each touched. @throws Fault RESOURCE_NOT_FOUND | RESOURCE_ALREADY_EXISTS, nothing sent */
export function applyArrayPatch(before: readonly unknown[], { id_field: idField, operations }: ArrayPatch) {
  const summary: Summary = { patched: [], deleted: [], added: [], deleted_where: [] };
  let items = before;
  for (const operation of operations) items = applied(items, idField, operation, summary);
  return { items, summary };
}

function applied(
  list: readonly unknown[],
  idField: string,
  operation: Operation,
  summary: Summary,
): readonly unknown[] {
  switch (operation.op) {
    case 'patch':
      summary.patched.push({ id: operation.id, fields: Object.keys(operation.patches) });
      return patched(list, idField, operation);
    case 'delete':
      place(list, idField, operation.id);
      summary.deleted.push({ id: operation.id });
      return list.filter((item) => !isCalled(item, idField, operation.id));
    case 'add':
      summary.added.push({ id: operation.item[idField] });
      return [...list, added(list, idField, operation.item)];
    case 'delete_where': {
      const { field, value } = operation;
      const left = list.filter((item) => !(isRecord(item) && isSame(item[field], value)));
      summary.deleted_where.push({ field, value, count: list.length - left.length });
      return left;
    }
  }
}

function patched(list: readonly unknown[], idField: string, { id, patches }: Extract<Operation, { op: 'patch' }>) {
  const at = place(list, idField, id);
  return list.map((item, index) => (index === at && isRecord(item) ? { ...item, ...patches } : item));
}

function added(list: readonly unknown[], idField: string, item: Readonly<Record<string, unknown>>) {
  const id = idShape.safeParse(item[idField]);
  if (!id.success)
    throw invalidParameter('array_patch', `an added item needs its ${idField}.`, 'Give the item its id.');
  if (!list.some((one) => isCalled(one, idField, id.data))) return item;
  throw new Fault('RESOURCE_ALREADY_EXISTS', `An item with ${idField} ${id.data} is there already. Nothing was sent.`, {
    suggestion: "Change it with op 'patch'.",
    context: { id_field: idField, id: id.data },
  });
}

function place(list: readonly unknown[], idField: string, id: string | number): number {
  const at = list.findIndex((item) => isCalled(item, idField, id));
  if (at >= 0) return at;
  throw new Fault('RESOURCE_NOT_FOUND', `There is no item with ${idField} ${id}. Nothing was sent.`, {
    suggestion: 'Read the list at this path first; id_field names the field that holds the id.',
    context: { id_field: idField, id },
  });
}

const isCalled = (item: unknown, idField: string, id: string | number) => isRecord(item) && item[idField] === id;
const isSame = (one: unknown, other: unknown) => one !== undefined && JSON.stringify(one) === JSON.stringify(other);
