import { Fault } from '@hub/core/fault.ts';
import { type Category, listCategories } from '@hub/ha/categories.ts';
import type { View } from '@hub/ha/view.ts';
import { z } from 'zod';

const MAX_LISTED = 20;

/** The tables of the editor that can be sorted by category. Home Assistant takes any other word too, and shows it nowhere. */
const SHOWN_SCOPES = ['automation', 'script', 'scene', 'helpers'];

export const categoryShape = z.looseObject({ category_id: z.string(), name: z.string() });

export const scopeParameter = z.string().describe(SHOWN_SCOPES.join(', '));

export async function findCategory(
  home: View,
  scope: string,
  categoryId: string,
  signal: AbortSignal,
): Promise<Category | undefined> {
  return (await listCategories(home, scope, { signal })).find(({ category_id: id }) => id === categoryId);
}

/** @throws Fault VALIDATION_INVALID_PARAMETER for a text that names nothing */
export function assertGiven(parameters: Readonly<Record<string, string | undefined>>): void {
  for (const [parameter, value] of Object.entries(parameters)) {
    if (value === undefined || value.trim() !== '') continue;
    throw new Fault('VALIDATION_INVALID_PARAMETER', `\`${parameter}\` is empty.`, {
      suggestion:
        parameter === 'scope'
          ? `Use one of ${SHOWN_SCOPES.join(', ')}.`
          : 'ha_config_get_category shows what there is.',
      context: { parameter, value },
    });
  }
}

/** A word about a scope that no table of the editor has, `helper` for `helpers` say. */
export function scopeWarnings(scope: string): { readonly warnings?: string[] } {
  if (SHOWN_SCOPES.includes(scope)) return {};
  return { warnings: [`'${scope}' is no table of the editor: it sorts ${SHOWN_SCOPES.join(', ')} by category.`] };
}

export async function categoryNotFound(
  home: View,
  scope: string,
  categoryId: string,
  signal: AbortSignal,
): Promise<Fault> {
  const all = await listCategories(home, scope, { signal });
  const named = all.find(({ name }) => name.toLowerCase() === categoryId.trim().toLowerCase());
  const suggestion = named
    ? `That is a category's name; its id is ${named.category_id}.`
    : `ha_config_get_category with this scope shows what there is; the scopes are ${SHOWN_SCOPES.join(', ')}.`;
  return new Fault('RESOURCE_NOT_FOUND', `Category not found in scope '${scope}': ${categoryId}`, {
    suggestion,
    context: {
      category_id: categoryId,
      scope,
      available_category_ids: all.slice(0, MAX_LISTED).map(({ category_id: id }) => id),
    },
  });
}
