import { labelRegistry } from '@hub/ha/registries.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { previewParameter, successShape } from '../shared/parameters.ts';
import { membersOf } from '../undo/members.ts';
import { assertLabelId, findLabel, labelNotFound } from './find-label.ts';

const LIST = 'ha_config_get_label shows the labels there are.';

const ids = z.array(z.string()).readonly();

/** Source: HA `config/label_registry/delete`. */
export const tool = defineTool({
  name: 'ha_config_remove_label',
  title: 'Remove Label',
  docs: 'Removes a label from the home and from everything that carries it, and tells what that was; the hub keeps the label as an edit. Automations that target the label reach nothing by it afterwards. To take it off one thing use ha_set_entity with label_operation remove.',
  tags: ['Labels & Categories'],
  scope: 'home',
  effect: 'destroy',
  idempotent: true,
  input: z.strictObject({ label_id: z.string().describe('from ha_config_get_label'), preview: previewParameter }),
  output: z.strictObject({
    ...successShape,
    label_id: z.string(),
    removed_from: z.strictObject({ entities: ids, devices: ids, areas: ids }),
    message: z.string(),
  }),
  items: ({ label_id }) => [{ kind: 'label', id: label_id }],
  async run({ label_id: labelId }, { home, edits, signal }) {
    assertLabelId(labelId, LIST);
    const label = await findLabel(home, labelId, signal);
    if (!label) throw await labelNotFound(home, labelId, LIST);
    const removedFrom = await membersOf(home, 'label', labelId);
    await edits.change({
      item: { kind: 'label', id: labelId },
      plan: () => undefined,
      read: async () => {
        const row = await findLabel(home, labelId, signal);
        return row && { ...row, members: removedFrom };
      },
      async write() {
        await labelRegistry.remove(home, labelId, { signal });
      },
    });
    return {
      success: true as const,
      label_id: labelId,
      removed_from: { ...removedFrom },
      message: `Removed label ${label.name} (${labelId}).`,
    };
  },
});
