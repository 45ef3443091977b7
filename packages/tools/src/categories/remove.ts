import { removeCategory } from '@hub/ha/categories.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { previewParameter, successShape } from '../shared/parameters.ts';
import { membersOf } from '../undo/members.ts';
import { assertGiven, categoryNotFound, findCategory, scopeParameter } from './find-category.ts';

/** Source: HA `config/category_registry/delete`. */
export const tool = defineTool({
  name: 'ha_config_remove_category',
  title: 'Remove Category',
  docs: 'Removes a category of one scope and tells which entities were in it; they stay and are in none afterwards. The hub keeps the category as an edit.',
  tags: ['Labels & Categories'],
  scope: 'home',
  effect: 'destroy',
  idempotent: true,
  input: z.strictObject({
    scope: scopeParameter,
    category_id: z.string().describe('from ha_config_get_category'),
    preview: previewParameter,
  }),
  output: z.strictObject({
    ...successShape,
    category_id: z.string(),
    scope: z.string(),
    removed_from: z.array(z.string()),
    message: z.string(),
  }),
  items: ({ scope, category_id }) => [{ kind: 'category', id: `${scope}/${category_id}` }],
  async run({ scope, category_id: categoryId }, { home, edits, signal }) {
    assertGiven({ scope, category_id: categoryId });
    const read = () => findCategory(home, scope, categoryId, signal);
    const category = await read();
    if (!category) throw await categoryNotFound(home, scope, categoryId, signal);
    const members = await membersOf(home, 'category', categoryId, scope);
    await edits.change({
      item: { kind: 'category', id: `${scope}/${categoryId}` },
      plan: () => undefined,
      async read() {
        const now = await read();
        return now && { ...now, members };
      },
      async write() {
        await removeCategory(home, scope, categoryId, { signal });
      },
    });
    return {
      success: true as const,
      category_id: categoryId,
      scope,
      removed_from: [...members.entities],
      message: `Removed category ${category.name} of ${scope} (${categoryId}).`,
    };
  },
});
