import { counted } from '@hub/core/counted.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { successShape } from '../shared/parameters.ts';

export const tool = defineTool({
  name: 'ha_list_homes',
  title: 'List Homes',
  docs: 'The homes this connector reaches, with the slug to pass as `home` to other tools. Use it first when several homes may be meant. What is in a home: ha_get_overview.',
  tags: ['System'],
  scope: 'connector',
  effect: 'read',
  idempotent: true,
  input: z.strictObject({}),
  output: z.strictObject({
    ...successShape,
    count: z.number().int(),
    homes: z.array(
      z.strictObject({
        id: z.string(),
        slug: z.string(),
        name: z.string(),
        tags: z.array(z.string()),
        simulated: z.boolean(),
        state: z.string().optional(),
      }),
    ),
    message: z.string(),
  }),
  async run(_input, { homes }) {
    const all = await homes.list();
    return {
      success: true as const,
      count: all.length,
      homes: all.map(({ id, slug, name, tags, isSimulated, state }) => ({
        ...{ id, slug, name, tags: [...tags], simulated: isSimulated },
        ...(state === undefined ? {} : { state }),
      })),
      message: `This connector reaches ${counted(all.length, 'home')}.`,
    };
  },
});
