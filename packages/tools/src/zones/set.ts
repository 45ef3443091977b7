import { Fault } from '@hub/core/fault.ts';
import type { HelperItem } from '@hub/ha/helpers.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { previewParameter, successShape } from '../shared/parameters.ts';
import { changeHelper, makeHelper, waitForHelperEntity } from '../shared/stored-helper.ts';
import { assertEditable, findZone } from './zones.ts';

const input = z.strictObject({
  name: z.string().optional().describe('required for a new one'),
  latitude: z.number().optional(),
  longitude: z.number().optional(),
  zone_id: z.string().optional().describe('the zone to change; leave out to create'),
  radius: z.number().optional().describe('metres, 100 unless given'),
  icon: z.string().optional().describe('e.g. mdi:briefcase'),
  passive: z.boolean().optional().describe('true: only for automations, nobody is shown as being there'),
  preview: previewParameter,
});

type Input = z.infer<typeof input>;

export const tool = defineTool({
  name: 'ha_set_zone',
  title: 'Create or Update Zone',
  docs: 'Creates a zone from name, latitude and longitude, or changes the given fields of the one named by zone_id. The home itself (zone.home) and zones of YAML cannot be changed here. For rooms use ha_set_area_or_floor.',
  tags: ['Zones'],
  scope: 'home',
  effect: 'configure',
  input,
  output: z.strictObject({
    ...successShape,
    zone_data: z.looseObject({ id: z.string() }),
    zone_id: z.string(),
    entity_id: z.string().nullable(),
    message: z.string(),
    updated_fields: z.array(z.string()).optional(),
  }),
  items: ({ zone_id, name }) => [{ kind: 'zone', id: zone_id ?? name ?? '' }],
  isOneEdit: ({ zone_id }) => zone_id !== undefined,
  async run(call, context) {
    checkRanges(call);
    return call.zone_id === undefined ? create(call, context) : update(call, call.zone_id, context);
  },
});

async function create({ zone_id: _, preview: _preview, ...fields }: Input, context: ToolContext) {
  const missing = (['name', 'latitude', 'longitude'] as const).filter((key) => isMissing(fields[key]));
  if (missing.length > 0) {
    throw refusal(
      `${missing.map((key) => `\`${key}\``).join(', ')}: required for a new zone.`,
      'Give name, latitude and longitude, or zone_id to change a zone there is.',
      { missing_parameters: missing },
    );
  }
  const zone = await makeHelper(context, 'zone', { radius: 100, passive: false, ...given(fields) });
  return { ...(await shown(context, zone)), message: `Created zone ${String(zone['name'])} (${zone.id}).` };
}

async function update({ zone_id: _, preview: _preview, ...fields }: Input, zoneId: string, context: ToolContext) {
  const changes = given(fields);
  const updated = Object.keys(changes);
  if (updated.length === 0)
    throw refusal('There is nothing to update.', 'Give at least one field beside zone_id.', { zone_id: zoneId });
  if (fields.name?.trim() === '') throw refusal('`name` is empty.', 'A name cannot be cleared.', { parameter: 'name' });
  const stored = await findZone(context, zoneId);
  assertEditable(stored);
  const zone = await changeHelper(context, 'zone', stored.id, changes);
  const message = `Updated zone ${String(zone['name'])} (${zone.id}): ${updated.join(', ')}.`;
  return { ...(await shown(context, zone)), message, updated_fields: updated };
}

async function shown(context: ToolContext, zone: HelperItem) {
  const state = await waitForHelperEntity(context, 'zone', zone.id);
  const warnings = state ? {} : { warnings: [`The zone was saved, but its entity is not shown after 10 s.`] };
  return {
    success: true as const,
    zone_data: zone,
    zone_id: zone.id,
    entity_id: state?.entity_id ?? null,
    ...warnings,
  };
}

function given(fields: Omit<Input, 'zone_id' | 'preview'>): Record<string, unknown> {
  const { name, ...rest } = fields;
  const all = { ...(name === undefined ? {} : { name: name.trim() }), ...rest };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function isMissing(value: unknown): boolean {
  return value === undefined || (typeof value === 'string' && value.trim() === '');
}

function checkRanges({ latitude, longitude, radius }: Input): void {
  const outside = (value: number | undefined, most: number) => value !== undefined && Math.abs(value) > most;
  if (outside(latitude, 90))
    throw refusal(`\`latitude\`: ${latitude} is not between -90 and 90.`, 'Give degrees, north is positive.', {
      parameter: 'latitude',
    });
  if (outside(longitude, 180))
    throw refusal(`\`longitude\`: ${longitude} is not between -180 and 180.`, 'Give degrees, east is positive.', {
      parameter: 'longitude',
    });
  if (radius !== undefined && radius <= 0)
    throw refusal(`\`radius\`: ${radius} is not above 0.`, 'Give metres, e.g. 100.', { parameter: 'radius' });
}

function refusal(message: string, suggestion: string, context: Readonly<Record<string, unknown>>): Fault {
  return new Fault('VALIDATION_FAILED', message, { suggestion, context });
}
