import { Fault } from '@hub/core/fault.ts';
import { areaRegistry, floorRegistry } from '@hub/ha/registries.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { previewParameter, successShape } from '../shared/parameters.ts';
import { membersOf } from '../undo/members.ts';
import { findPlace, placeNotFound } from './place.ts';

export const tool = defineTool({
  name: 'ha_remove_area_or_floor',
  title: 'Remove Area or Floor',
  docs: 'Removes an area or a floor; the hub keeps what it was as an edit. Devices and entities of a removed area stay and are in no area, areas of a removed floor are on no floor; automations that name it no longer find it.',
  tags: ['Areas & Floors'],
  scope: 'home',
  effect: 'destroy',
  idempotent: true,
  input: z.strictObject({
    kind: z.enum(['area', 'floor']),
    id: z.string().describe('area_id or floor_id, from ha_list_floors_areas'),
    preview: previewParameter,
  }),
  output: z.strictObject({
    ...successShape,
    kind: z.enum(['area', 'floor']),
    area_id: z.string().optional(),
    floor_id: z.string().optional(),
    message: z.string(),
  }),
  items: ({ kind, id }) => [{ kind, id }],
  async run({ kind, id }, { home, edits, signal }) {
    if (id.trim() === '') {
      throw new Fault('VALIDATION_INVALID_PARAMETER', '`id` is empty.', {
        suggestion: `Name the ${kind}; ha_list_floors_areas shows the ids.`,
        context: { parameter: 'id', value: id },
      });
    }
    const read = () => findPlace(home, kind, (row) => row[`${kind}_id`] === id, signal);
    const row = await read();
    if (!row) throw await placeNotFound(home, kind, id, 'remove');
    const members = await membersOf(home, kind, id);
    await edits.change({
      item: { kind, id },
      plan: () => undefined,
      async read() {
        const now = await read();
        return now && { ...now, members };
      },
      async write() {
        await (kind === 'area' ? areaRegistry : floorRegistry).remove(home, id, { signal });
      },
    });
    const idKey = kind === 'area' ? { area_id: id } : { floor_id: id };
    return { success: true as const, ...idKey, kind, message: `Removed ${kind} ${row.name} (${id}).` };
  },
});
