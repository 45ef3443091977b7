import { Fault } from '@hub/core/fault.ts';
import { areaRegistry, floorRegistry } from '@hub/ha/registries.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { asListed } from '../shared/as-listed.ts';
import { previewParameter, stringList, successShape } from '../shared/parameters.ts';
import { knownFloorId, knownLabelIds } from '../shared/registry-ids.ts';
import { withChanges } from '../shared/with-changes.ts';
import { findPlace, type PlaceKind, placeNotFound } from './place.ts';

const input = z.strictObject({
  kind: z.enum(['area', 'floor']),
  name: z.string().optional().describe('required for a new one'),
  id: z.string().optional().describe('area_id or floor_id to change; leave out to create'),
  floor_id: z.string().optional().describe("area only: the floor it is on, '' takes it off"),
  level: z.number().int().optional().describe('floor only: 0 is the ground floor, -1 the basement'),
  icon: z.string().optional().describe("e.g. mdi:sofa, '' clears"),
  aliases: stringList('other names people say').optional(),
  picture: z.string().optional().describe("area only: its path or URL, '' clears"),
  labels: stringList('area only: label ids, replaces the set').optional(),
  temperature_entity_id: z.string().optional().describe("area only: its temperature sensor, '' clears"),
  humidity_entity_id: z.string().optional().describe("area only: its humidity sensor, '' clears"),
  preview: previewParameter,
});

type Input = z.infer<typeof input>;

const AREA_ONLY = ['floor_id', 'picture', 'labels', 'temperature_entity_id', 'humidity_entity_id'] as const;
const FLOOR_ONLY = ['level'] as const;

export const tool = defineTool({
  name: 'ha_set_area_or_floor',
  title: 'Create or Update Area or Floor',
  docs: "Creates an area (a room) or a floor when only a name is given, changes the one named by id otherwise. Only the fields given change; '' clears one. To put a device or entity into an area use ha_set_device or ha_set_entity.",
  tags: ['Areas & Floors'],
  scope: 'home',
  effect: 'configure',
  input,
  output: z.looseObject({
    ...successShape,
    kind: z.enum(['area', 'floor']),
    area: z.looseObject({ area_id: z.string() }).optional(),
    floor: z.looseObject({ floor_id: z.string() }).optional(),
    area_id: z.string().optional(),
    floor_id: z.string().optional(),
    message: z.string(),
  }),
  items: ({ kind, id, name }) => [{ kind, id: id ?? name ?? '' }],
  isOneEdit: ({ id }) => id !== undefined,
  async run(call, context) {
    const { kind, id } = call;
    checkKind(call);
    const row = id === undefined ? await create(call, context) : await update(call, id, context);
    const rowId = String(row[`${kind}_id`]);
    const done = id === undefined ? 'Created' : 'Updated';
    return {
      success: true as const,
      [kind]: row,
      [`${kind}_id`]: rowId,
      kind,
      message: `${done} ${kind} ${String(row['name'])} (${rowId}).`,
    };
  },
});

const rowShape = z.record(z.string(), z.unknown());
type Row = Readonly<z.infer<typeof rowShape>>;

async function create(call: Input, { home, edits, signal }: ToolContext): Promise<Row> {
  const { kind } = call;
  const name = call.name?.trim() ?? '';
  if (name === '') throw invalid(`\`name\` is required for a new ${kind}.`, 'Give it a name.', { parameter: 'name' });
  const fields = withoutCleared(await fieldsOf({ ...call, name }, { home }));
  const { after } = await edits.change({
    item: { kind, id: name },
    read: () => findPlace(home, kind, (row) => row['name'] === name, signal),
    async write() {
      await registryOf(kind).create(home, fields, { signal });
    },
    idOf: (row) => String(rowOf(row, kind, name)[`${kind}_id`]),
    plan: () => fields,
  });
  return rowOf(after, kind, name);
}

async function update(call: Input, id: string, { home, edits, signal }: ToolContext): Promise<Row> {
  const { kind } = call;
  if (id.trim() === '')
    throw invalid('`id` is empty.', `Leave it out to create a new ${kind}.`, { parameter: 'id', value: id });
  if (call.name?.trim() === '') throw invalid('`name` is empty.', 'A name cannot be cleared.', { parameter: 'name' });
  const fields = await fieldsOf(call, { home });
  if (Object.keys(fields).length === 0)
    throw invalid('There is nothing to update.', 'Give at least one field beside id.', { kind, id });
  const read = () => findPlace(home, kind, (row) => row[`${kind}_id`] === id, signal);
  if (!(await read())) throw await placeNotFound(home, kind, id, 'update');
  const { after } = await edits.change({
    item: { kind, id },
    read,
    async write() {
      await registryOf(kind).update(home, id, fields, { signal });
    },
    plan: (before) => withChanges(before, fields),
  });
  return rowOf(after, kind, id);
}

/** In Home Assistant's spelling: '' becomes null, which clears. */
async function fieldsOf(call: Input, { home }: Pick<ToolContext, 'home'>): Promise<Record<string, unknown>> {
  const { kind: _kind, id: _id, preview: _preview, name, level, aliases, labels, floor_id: floor, ...plain } = call;
  const texts = Object.entries(plain).flatMap(([key, text]) => (text === undefined ? [] : [[key, text || null]]));
  return {
    ...Object.fromEntries(texts),
    ...(name === undefined ? {} : { name: name.trim() }),
    ...(level === undefined ? {} : { level }),
    ...(aliases === undefined ? {} : { aliases }),
    ...(labels === undefined ? {} : { labels: await knownLabelIds(home, labels) }),
    ...(floor === undefined ? {} : { floor_id: floor === '' ? null : await knownFloorId(home, floor) }),
  };
}

/** A new one has nothing to clear, and Home Assistant takes no null there. */
function withoutCleared(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

function checkKind(call: Input): void {
  const { kind } = call;
  const wrong = (kind === 'area' ? FLOOR_ONLY : AREA_ONLY).filter((key) => call[key] !== undefined);
  if (wrong.length === 0) return;
  const other = kind === 'area' ? 'floor' : 'area';
  throw invalid(
    `${wrong.map((key) => `\`${key}\``).join(', ')}: only for kind '${other}'.`,
    `Leave out what does not belong to kind '${kind}'.`,
    { kind, invalid_parameters: wrong },
  );
}

function registryOf(kind: PlaceKind) {
  return kind === 'area' ? areaRegistry : floorRegistry;
}

function rowOf(after: unknown, kind: PlaceKind, name: string): Row {
  return asListed(rowShape, after, `${kind} ${name}`, 'Look with ha_list_floors_areas');
}

function invalid(message: string, suggestion: string, context: Readonly<Record<string, unknown>>): Fault {
  return new Fault('VALIDATION_INVALID_PARAMETER', message, { suggestion, context });
}
