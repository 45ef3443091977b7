import { counted } from '@hub/core/counted.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { successShape } from '../shared/parameters.ts';
import { labelNotFound, labelShape } from './find-label.ts';

/** Answered from the mirror. Source: HA `config/label_registry/list`. */
export const tool = defineTool({
  name: 'ha_config_get_label',
  title: 'Get Label',
  docs: 'Lists the labels that entities, devices, areas and automations can carry, with id, colour, icon and description, or gives one. What carries a label: ha_search with result_fields labels.',
  tags: ['Labels & Categories'],
  scope: 'home',
  effect: 'read',
  idempotent: true,
  input: z.strictObject({ label_id: z.string().optional().describe('leave out to list all') }),
  output: z.strictObject({
    ...successShape,
    count: z.number().int().optional(),
    labels: z.array(labelShape).optional(),
    label_id: z.string().optional(),
    label: labelShape.optional(),
    message: z.string(),
  }),
  async run({ label_id: labelId }, { home }) {
    const labels = await home.labels();
    if (labelId === undefined) {
      const rows = [...labels.values()];
      const message = `Found ${counted(rows.length, 'label')}.`;
      return { success: true as const, count: rows.length, labels: rows, message };
    }
    const label = labels.get(labelId);
    if (!label) throw await labelNotFound(home, labelId, 'Leave label_id out to list all.');
    return { success: true as const, label_id: labelId, label, message: `Found label ${label.name}.` };
  },
});
