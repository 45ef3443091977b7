import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';

const categorySchema = z.looseObject({ category_id: z.string(), name: z.string(), icon: z.string().nullish() });

/** What people sort the automations, scripts … of one table of the editor into. */
export type Category = z.infer<typeof categorySchema>;

type Fields = Readonly<Record<string, unknown>>;

function write(home: Home, type: string, fields: Fields, options: CallOptions): Promise<unknown> {
  return home.send({ ...fields, type: `config/category_registry/${type}` }, { ...options, isWrite: true });
}

/** Those of one scope (automation, script, scene, helpers …); any other word is a scope without any. Source: HA `config/category_registry/list`. @throws Fault */
export async function listCategories(
  home: Home,
  scope: string,
  options: CallOptions = {},
): Promise<readonly Category[]> {
  const command = { type: 'config/category_registry/list', scope };
  return z.array(categorySchema).parse(await home.send(command, { ...options, isWrite: false }));
}

/** Fields: name, icon. @throws Fault SERVICE_CALL_FAILED when the name is taken in this scope */
export async function createCategory(
  home: Home,
  scope: string,
  fields: Fields,
  options: CallOptions = {},
): Promise<Category> {
  return categorySchema.parse(await write(home, 'create', { ...fields, scope }, options));
}

/** Only the given fields change. @throws Fault SERVICE_CALL_FAILED when there is none such, or the name is taken */
export async function updateCategory(
  home: Home,
  scope: string,
  categoryId: string,
  changes: Fields,
  options: CallOptions = {},
): Promise<Category> {
  return categorySchema.parse(await write(home, 'update', { ...changes, scope, category_id: categoryId }, options));
}

/** What was in it is in none afterwards. @throws Fault SERVICE_CALL_FAILED when there is none such */
export async function removeCategory(
  home: Home,
  scope: string,
  categoryId: string,
  options: CallOptions = {},
): Promise<void> {
  await write(home, 'delete', { scope, category_id: categoryId }, options);
}
