import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';

/** Collections that Home Assistant keeps in storage and its editor shows as helpers (and zones, people and tags beside them). */
export const HELPER_KINDS = [
  'counter',
  'input_boolean',
  'input_button',
  'input_datetime',
  'input_number',
  'input_select',
  'input_text',
  'person',
  'schedule',
  'tag',
  'timer',
  'zone',
] as const;

export type HelperKind = (typeof HELPER_KINDS)[number];

const itemSchema = z.looseObject({ id: z.string() });
const listSchema = z.union([z.array(itemSchema), z.looseObject({ storage: z.array(itemSchema) })]);

export type HelperItem = z.infer<typeof itemSchema>;
type Fields = Readonly<Record<string, unknown>>;

/** Of these an update changes only what it names; of all others it replaces the whole item. */
const PARTIAL: ReadonlySet<HelperKind> = new Set(['person', 'tag', 'zone']);

/** What people made in the editor; what stands in YAML is not among it. Source: HA `<kind>/list`. @throws Fault */
export async function listHelpers(
  home: Home,
  kind: HelperKind,
  options: CallOptions = {},
): Promise<readonly HelperItem[]> {
  const answer = listSchema.parse(await home.send({ type: `${kind}/list` }, { ...options, isWrite: false }));
  return Array.isArray(answer) ? answer : answer.storage;
}

export async function readHelper(
  home: Home,
  kind: HelperKind,
  id: string,
  options: CallOptions = {},
): Promise<HelperItem | undefined> {
  return (await listHelpers(home, kind, options)).find((item) => item.id === id);
}

/** The stored item with the id Home Assistant gave it; its entity follows a moment later. @throws Fault VALIDATION_FAILED | SERVICE_CALL_FAILED */
export async function createHelper(
  home: Home,
  kind: HelperKind,
  fields: Fields,
  options: CallOptions = {},
): Promise<HelperItem> {
  return itemSchema.parse(await home.send({ ...fields, type: `${kind}/create` }, { ...options, isWrite: true }));
}

/**
 * Changes the given fields and leaves the rest: where Home Assistant would replace the whole item, the stored one is read and merged first.
 * A field set to undefined is taken away. @throws Fault RESOURCE_NOT_FOUND | VALIDATION_FAILED
 */
export async function updateHelper(
  home: Home,
  kind: HelperKind,
  id: string,
  changes: Fields,
  options: CallOptions = {},
): Promise<HelperItem> {
  const stored = await readHelper(home, kind, id, options);
  if (!stored) throw helperNotFound(kind, id);
  const { id: _, ...before } = stored;
  const fields = PARTIAL.has(kind) ? changes : { ...before, ...changes };
  const command = { ...fields, type: `${kind}/update`, [`${kind}_id`]: id };
  return itemSchema.parse(await home.send(command, { ...options, isWrite: true }));
}

/** @throws Fault RESOURCE_NOT_FOUND */
export async function deleteHelper(home: Home, kind: HelperKind, id: string, options: CallOptions = {}): Promise<void> {
  try {
    await home.send({ type: `${kind}/delete`, [`${kind}_id`]: id }, { ...options, isWrite: true });
  } catch (error) {
    if (error instanceof Fault && error.context['ha_error_code'] === 'not_found') throw helperNotFound(kind, id, error);
    throw error;
  }
}

function helperNotFound(kind: HelperKind, id: string, cause?: unknown): Fault {
  return new Fault('RESOURCE_NOT_FOUND', `There is no ${kind} '${id}' that could be changed here.`, {
    suggestion: 'List the helpers: one that is defined in YAML is not among them and is changed there.',
    context: { helper_type: kind, helper_id: id },
    cause,
  });
}
