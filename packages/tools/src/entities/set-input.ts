import { z } from 'zod';
import { previewParameter, stringList } from '../shared/parameters.ts';

export const setEntityInput = z.strictObject({
  entity_id: z.union([z.string(), z.array(z.string())]).describe('one id; a list for labels, categories, expose_to'),
  area_id: z.string().optional().describe("id or name of an area, '' takes it out"),
  name: z.string().optional().describe("display name, '' gives back the integration's"),
  use_device_name: z.boolean().optional().describe('true: no display name of its own, so that it goes by its device'),
  icon: z.string().optional().describe("e.g. mdi:lamp, '' clears"),
  device_class: z.string().optional().describe("what it is shown as, e.g. window; '' clears"),
  options: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .optional()
    .describe('per domain, e.g. {"sensor": {"display_precision": 1}}; options not named stay'),
  enabled: z.boolean().optional().describe('false takes it out of the home until enabled again'),
  hidden: z.boolean().optional(),
  aliases: stringList('other names people say, replaces the set').optional(),
  categories: z
    .record(z.string(), z.string().nullable())
    .optional()
    .describe('scope to category id, e.g. {"automation": "01J…"}; null takes it out'),
  labels: stringList('label ids').optional(),
  label_operation: z.enum(['set', 'add', 'remove']).default('set'),
  expose_to: z
    .record(z.string(), z.boolean())
    .optional()
    .describe('{"conversation": true, "cloud.alexa": false, "cloud.google_assistant": false}'),
  new_entity_id: z.string().optional().describe('of the same domain'),
  new_device_name: z.string().optional().describe('renames its device as well'),
  preview: previewParameter,
  use_entity_name_alias: z.boolean().optional().describe('whether its own name counts among the aliases'),
});

export type SetEntityInput = z.infer<typeof setEntityInput>;
