import { Fault } from '@hub/core/fault.ts';
import type { Device } from '@hub/ha/records.ts';
import { updateDevice } from '@hub/ha/registries.ts';
import { findRow } from '@hub/ha/registry-reads.ts';
import type { View } from '@hub/ha/view.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { previewParameter, stringList, successShape } from '../shared/parameters.ts';
import { knownAreaId, knownLabelIds } from '../shared/registry-ids.ts';
import { withChanges } from '../shared/with-changes.ts';

const input = z.strictObject({
  device_id: z.string(),
  name: z.string().optional().describe("the user's name for it, '' gives back its own"),
  area_id: z.string().optional().describe("id or name of an area, '' takes it out"),
  disabled_by: z.string().optional().describe("'user' disables it with all its entities, '' enables it"),
  labels: stringList('label ids, replaces the set').optional(),
  preview: previewParameter,
});

type Input = z.infer<typeof input>;

export const tool = defineTool({
  name: 'ha_set_device',
  title: 'Set Device',
  docs: 'Renames a device, moves it to an area, labels, disables or enables it. Its entities follow it to the area unless they have one of their own; their ids do not follow a new name, for that use ha_set_entity.',
  tags: ['Device Registry'],
  scope: 'home',
  effect: 'configure',
  input,
  output: z.strictObject({
    ...successShape,
    device_id: z.string(),
    updates: z.array(z.string()),
    device_entry: z.strictObject({
      name: z.string().nullable(),
      name_by_user: z.string().nullable(),
      area_id: z.string().nullable(),
      disabled_by: z.string().nullable(),
      labels: z.array(z.string()),
    }),
    message: z.string(),
    note: z.string(),
  }),
  items: ({ device_id }) => [{ kind: 'device', id: device_id }],
  async run(call, { home, edits, signal }) {
    const { device_id: id } = call;
    const { changes, updates } = await changesOf(call, home);
    const read = () => findRow(home, 'device', (row) => row.id === id, { signal });
    const found = await read();
    if (!found) {
      throw new Fault('SERVICE_CALL_FAILED', `Failed to update device: Device not found: ${id}`, {
        suggestion: 'Find its id with ha_get_device, by one of its entities or in the list.',
        context: { device_id: id },
      });
    }
    let device: Device = found;
    await edits.change({
      item: { kind: 'device', id },
      read,
      async write() {
        device = await updateDevice(home, id, changes, { signal });
      },
      plan: (before) => withChanges(before, changes),
    });
    return {
      success: true as const,
      device_id: id,
      updates,
      device_entry: {
        name: device.name_by_user ?? device.name,
        name_by_user: device.name_by_user,
        area_id: device.area_id,
        disabled_by: device.disabled_by,
        labels: [...device.labels],
      },
      message: `Device updated: ${updates.join(', ')}`,
      note: 'A new name does not change the ids of its entities; ha_set_entity with new_entity_id does.',
    };
  },
});

/** @throws Fault VALIDATION_INVALID_PARAMETER for nothing to do, an unknown area or label */
async function changesOf(call: Input, home: View) {
  const { device_id, name, area_id: area, disabled_by: disabledBy, labels } = call;
  if (disabledBy !== undefined && disabledBy !== '' && disabledBy !== 'user') {
    throw new Fault('VALIDATION_INVALID_PARAMETER', `\`disabled_by\`: '${disabledBy}' cannot be set.`, {
      suggestion: "'user' disables the device, '' enables it.",
      context: { parameter: 'disabled_by', value: disabledBy },
    });
  }
  const areaId = area ? await knownAreaId(home, area) : null;
  const labelIds = labels && (await knownLabelIds(home, labels));
  const given = [
    name !== undefined && [{ name_by_user: name || null }, name ? `name='${name}'` : 'name cleared'],
    area !== undefined && [{ area_id: areaId }, areaId ? `area_id='${areaId}'` : 'area cleared'],
    disabledBy !== undefined && [{ disabled_by: disabledBy || null }, disabledBy ? "disabled_by='user'" : 'enabled'],
    labelIds !== undefined && [{ labels: labelIds }, `labels=${JSON.stringify(labelIds)}`],
  ] satisfies (false | [object, string])[];
  const made = given.filter((one) => one !== false);
  if (made.length === 0) {
    throw new Fault('VALIDATION_INVALID_PARAMETER', 'No updates specified.', {
      suggestion: 'Give at least one of name, area_id, disabled_by, labels.',
      context: { device_id },
    });
  }
  return {
    changes: Object.assign({}, ...made.map(([change]) => change)) as Record<string, unknown>,
    updates: made.map(([, update]) => update),
  };
}
