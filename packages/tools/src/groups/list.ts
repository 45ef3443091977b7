import { counted } from '@hub/core/counted.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { page, pageShape } from '../shared/page.ts';
import { count, successShape } from '../shared/parameters.ts';
import { groupOf } from './find-group.ts';

const groupShape = z.strictObject({
  entity_id: z.string(),
  object_id: z.string(),
  state: z.string(),
  friendly_name: z.string().nullable(),
  icon: z.string().nullable(),
  entity_ids: z.array(z.string()),
  all: z.boolean().nullable(),
  order: z.number().nullable(),
});

/** Answered from the mirror: the states of the domain `group`. */
export const tool = defineTool({
  name: 'ha_config_list_groups',
  title: 'List Groups',
  docs: 'Lists the old-style groups (group.…) with their members. Groups made in the editor are helpers of their own domain (light.…, cover.…): find those with ha_config_list_helpers.',
  tags: ['Groups'],
  scope: 'home',
  effect: 'read',
  idempotent: true,
  input: z.strictObject({ limit: count(1, 500).default(100), offset: count(0).default(0) }),
  output: z.strictObject({ ...successShape, groups: z.array(groupShape), ...pageShape, message: z.string() }),
  async run({ limit, offset }, { home }) {
    const groups = [...(await home.states()).values()].flatMap((state) => groupOf(state) ?? []);
    groups.sort((a, b) => (a.entityId < b.entityId ? -1 : 1));
    const { items, block } = page(groups, offset, limit);
    return {
      success: true as const,
      groups: items.map((group) => ({
        entity_id: group.entityId,
        object_id: group.objectId,
        state: group.state,
        friendly_name: group.name ?? null,
        icon: group.icon ?? null,
        entity_ids: [...group.entityIds],
        all: group.isAllOn ?? null,
        order: group.order ?? null,
      })),
      ...block,
      message: `Found ${counted(groups.length, 'group')}.`,
    };
  },
});
