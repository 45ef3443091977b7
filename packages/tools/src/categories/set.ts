import { createCategory, listCategories, updateCategory } from '@hub/ha/categories.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { asListed } from '../shared/as-listed.ts';
import { previewParameter, successShape } from '../shared/parameters.ts';
import { withChanges } from '../shared/with-changes.ts';
import {
  assertGiven,
  categoryNotFound,
  categoryShape,
  findCategory,
  scopeParameter,
  scopeWarnings,
} from './find-category.ts';

const input = z.strictObject({
  name: z.string(),
  scope: scopeParameter,
  category_id: z.string().optional().describe('the category to change; leave out to create'),
  icon: z.string().optional().describe("e.g. mdi:sofa, '' clears"),
  preview: previewParameter,
});

type Input = z.infer<typeof input>;

const LOOK = 'Look with ha_config_get_category';

/** Source: HA `config/category_registry/create` and `update`. */
export const tool = defineTool({
  name: 'ha_config_set_category',
  title: 'Create or Update Category',
  docs: 'Creates a category for sorting automations, scripts, scenes or helpers in the editor, or with category_id renames one or changes its icon. To put an entity into it use ha_set_entity with categories. To tag things so that automations can target them use ha_config_set_label.',
  tags: ['Labels & Categories'],
  scope: 'home',
  effect: 'configure',
  input,
  output: z.strictObject({
    ...successShape,
    category_id: z.string(),
    category_data: categoryShape,
    scope: z.string(),
    message: z.string(),
  }),
  items: ({ scope, category_id, name }) => [{ kind: 'category', id: `${scope}/${category_id ?? name}` }],
  isOneEdit: ({ category_id }) => category_id !== undefined,
  async run(call, context) {
    const { scope, name, category_id: categoryId } = call;
    assertGiven({ scope, name, category_id: categoryId });
    const category = await write({ ...call, name: name.trim() }, context);
    const done = categoryId === undefined ? 'Created' : 'Updated';
    return {
      success: true as const,
      category_id: category.category_id,
      category_data: category,
      scope,
      message: `${done} category ${category.name} for ${scope} (${category.category_id}).`,
      ...scopeWarnings(scope),
    };
  },
});

async function write(call: Input, { home, edits, signal }: ToolContext): Promise<z.infer<typeof categoryShape>> {
  const { name, scope, category_id: categoryId, icon } = call;
  if (categoryId === undefined) {
    const { after } = await edits.change({
      item: { kind: 'category', id: `${scope}/${name}` },
      read: async () => (await listCategories(home, scope, { signal })).find((row) => row.name === name),
      async write() {
        await createCategory(home, scope, { name, ...(icon ? { icon } : {}) }, { signal });
      },
      idOf(row) {
        const id = categoryShape.safeParse(row).data?.category_id;
        return id && `${scope}/${id}`;
      },
      plan: () => ({ name, ...(icon ? { icon } : {}) }),
    });
    return asListed(categoryShape, after, `category ${name}`, LOOK);
  }
  const read = () => findCategory(home, scope, categoryId, signal);
  if (!(await read())) throw await categoryNotFound(home, scope, categoryId, signal);
  const changes = { name, ...(icon === undefined ? {} : { icon: icon || null }) };
  const { after } = await edits.change({
    item: { kind: 'category', id: `${scope}/${categoryId}` },
    read,
    async write() {
      await updateCategory(home, scope, categoryId, changes, { signal });
    },
    plan: (before) => withChanges(before, changes),
  });
  return asListed(categoryShape, after, `category ${name}`, LOOK);
}
