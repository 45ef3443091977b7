import { Fault } from '@hub/core/fault.ts';
import { areaRegistry, labelRegistry } from '@hub/ha/registries.ts';
import { findRow } from '@hub/ha/registry-reads.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { asListed } from '../shared/as-listed.ts';
import { previewParameter, stringList, successShape } from '../shared/parameters.ts';
import { knownAreaId } from '../shared/registry-ids.ts';
import { withChanges } from '../shared/with-changes.ts';
import { assertLabelId, findLabel, labelNotFound, labelShape } from './find-label.ts';

const input = z.strictObject({
  name: z.string(),
  label_id: z.string().optional().describe('the label to change; leave out to create'),
  color: z.string().optional().describe("e.g. red, light-blue or #ff5733, '' clears"),
  icon: z.string().optional().describe("e.g. mdi:leaf, '' clears"),
  description: z.string().optional().describe("'' clears"),
  areas: stringList('areas that get the label beside those they have').optional(),
  preview: previewParameter,
});

type Input = z.infer<typeof input>;

const LOOK = 'Look with ha_config_get_label';
const OMIT = 'Leave label_id out to create a label; ha_config_get_label shows those there are.';

/** Source: HA `config/label_registry/create` and `update`. */
export const tool = defineTool({
  name: 'ha_config_set_label',
  title: 'Create or Update Label',
  docs: "Creates a label, or with label_id changes the given fields of one; '' clears a field. To put labels on things use ha_set_entity, ha_set_device or ha_set_area_or_floor (areas gives it to areas at once). For sorting automations in the editor use ha_config_set_category.",
  tags: ['Labels & Categories'],
  scope: 'home',
  effect: 'configure',
  input,
  output: z.strictObject({
    ...successShape,
    label_id: z.string(),
    label_data: labelShape,
    /** Areas that carry it since this call. */
    areas: z.array(z.string()).optional(),
    message: z.string(),
  }),
  items: ({ label_id, name }) => [{ kind: 'label', id: label_id ?? name }],
  isOneEdit: ({ label_id, areas }) => label_id !== undefined && areas === undefined,
  async run(call, context) {
    const name = call.name.trim();
    if (name === '') {
      throw new Fault('VALIDATION_INVALID_PARAMETER', '`name` is empty.', {
        suggestion: 'Give the label a name.',
        context: { parameter: 'name', value: call.name },
      });
    }
    const areaIds = await Promise.all((call.areas ?? []).map((area) => knownAreaId(context.home, area, 'areas')));
    const label = await write({ ...call, name }, context);
    const added: string[] = [];
    for (const areaId of new Set(areaIds)) if (await addToArea(label.label_id, areaId, context)) added.push(areaId);
    return {
      success: true as const,
      label_id: label.label_id,
      label_data: label,
      ...(call.areas === undefined ? {} : { areas: added }),
      message: `${call.label_id === undefined ? 'Created' : 'Updated'} label ${label.name} (${label.label_id}).`,
    };
  },
});

async function write(call: Input, { home, edits, signal }: ToolContext): Promise<z.infer<typeof labelShape>> {
  const { name, label_id: labelId, color, icon, description } = call;
  const texts = Object.entries({ color, icon, description }).filter(([, text]) => text !== undefined);
  if (labelId === undefined) {
    const fields = Object.fromEntries(texts.filter(([, text]) => text !== ''));
    const { after } = await edits.change({
      item: { kind: 'label', id: name },
      read: () => findRow(home, 'label', (row) => row.name === name, { signal }),
      async write() {
        await labelRegistry.create(home, { name, ...fields }, { signal });
      },
      idOf: (row) => labelShape.safeParse(row).data?.label_id,
      plan: () => ({ name, ...fields }),
    });
    return asListed(labelShape, after, `label ${name}`, LOOK);
  }
  assertLabelId(labelId, OMIT);
  if (!(await findLabel(home, labelId, signal))) throw await labelNotFound(home, labelId, OMIT);
  const changes = Object.fromEntries(texts.map(([key, text]) => [key, text || null]));
  const { after } = await edits.change({
    item: { kind: 'label', id: labelId },
    read: () => findLabel(home, labelId, signal),
    async write() {
      await labelRegistry.update(home, labelId, { name, ...changes }, { signal });
    },
    plan: (before) => withChanges(before, { name, ...changes }),
  });
  return asListed(labelShape, after, `label ${name}`, LOOK);
}

/** False when the area has it already. */
async function addToArea(labelId: string, areaId: string, { home, edits, signal }: ToolContext): Promise<boolean> {
  const read = () => findRow(home, 'area', ({ area_id: id }) => id === areaId, { signal });
  const labels = (await read())?.labels ?? [];
  if (labels.includes(labelId)) return false;
  await edits.change({
    item: { kind: 'area', id: areaId },
    read,
    async write() {
      await areaRegistry.update(home, areaId, { labels: [...labels, labelId] }, { signal });
    },
    plan: (before) => withChanges(before, { labels: [...labels, labelId] }),
  });
  return true;
}
