import { counted } from '@hub/core/counted.ts';
import { listCategories } from '@hub/ha/categories.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { successShape } from '../shared/parameters.ts';
import { assertGiven, categoryNotFound, categoryShape, scopeParameter, scopeWarnings } from './find-category.ts';

/** Source: HA `config/category_registry/list`. */
export const tool = defineTool({
  name: 'ha_config_get_category',
  title: 'Get Category',
  docs: 'Lists the categories by which the editor sorts automations, scripts, scenes or helpers, or gives one. An entity has at most one per scope, see ha_get_entity. For tags across all kinds of things use ha_config_get_label.',
  tags: ['Labels & Categories'],
  scope: 'home',
  effect: 'read',
  idempotent: true,
  input: z.strictObject({
    scope: scopeParameter,
    category_id: z.string().optional().describe('leave out to list all'),
  }),
  output: z.strictObject({
    ...successShape,
    count: z.number().int().optional(),
    categories: z.array(categoryShape).optional(),
    category_id: z.string().optional(),
    category: categoryShape.optional(),
    scope: z.string(),
    message: z.string(),
  }),
  async run({ scope, category_id: categoryId }, { home, signal }) {
    assertGiven({ scope });
    const all = await listCategories(home, scope, { signal });
    if (categoryId === undefined) {
      const message = `Found ${counted(all.length, 'category', 'categories')} for ${scope}.`;
      return {
        success: true as const,
        count: all.length,
        categories: [...all],
        scope,
        message,
        ...(all.length === 0 ? scopeWarnings(scope) : {}),
      };
    }
    const category = all.find(({ category_id: id }) => id === categoryId);
    if (!category) throw await categoryNotFound(home, scope, categoryId, signal);
    const message = `Found category ${category.name}.`;
    return { success: true as const, category_id: categoryId, category, scope, message };
  },
});
