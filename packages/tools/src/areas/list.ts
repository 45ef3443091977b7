import type { Area, Floor } from '@hub/ha/records.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { pick, project } from '../shared/fields.ts';
import { stringList, successShape } from '../shared/parameters.ts';

const rows = z.array(z.looseObject({}));

/** Answered from the mirror. Source: HA `config/{floor,area}_registry/list`. */
export const tool = defineTool({
  name: 'ha_list_floors_areas',
  title: 'List Floors and Areas',
  docs: 'Floors from the lowest to the highest, each with its areas (rooms), and the areas that are on no floor. Use it to find area and floor ids, or for questions about rooms and levels. What is inside an area: ha_search with area_filter.',
  tags: ['Areas & Floors'],
  scope: 'home',
  effect: 'read',
  idempotent: true,
  input: z.strictObject({
    fields: stringList('top-level keys to keep, e.g. floors').optional(),
    area_fields: stringList('keys of each area to keep, e.g. area_id,name').optional(),
  }),
  output: z.looseObject({
    ...successShape,
    floor_count: z.number().int().optional(),
    area_count: z.number().int().optional(),
    unassigned_count: z.number().int().optional(),
    orphaned_count: z.number().int().optional(),
    floors: rows.optional(),
    unassigned_areas: rows.optional(),
    orphaned_areas: rows.optional(),
    message: z.string().optional(),
  }),
  async run({ fields, area_fields: areaFields }, { home }) {
    const [areas, floors] = await Promise.all([home.areas(), home.floors()]);
    const all = [...areas.values()];
    const shape = (area: Area) => (areaFields && areaFields.length > 0 ? pick(area, areaFields) : { ...area });
    const unassigned = all.filter(({ floor_id: id }) => id === null || id === undefined);
    const orphaned = all.filter(({ floor_id: id }) => typeof id === 'string' && !floors.has(id));
    const topology = [...floors.values()].sort(byLevel).map((floor) => ({
      ...floor,
      areas: all.filter(({ floor_id: id }) => id === floor.floor_id).map(shape),
    }));
    const warnings = unknownKeys(all, areaFields);
    const body = {
      success: true as const,
      floor_count: topology.length,
      area_count: all.length,
      unassigned_count: unassigned.length,
      orphaned_count: orphaned.length,
      floors: topology,
      unassigned_areas: unassigned.map(shape),
      orphaned_areas: orphaned.map(shape),
      message: `${topology.length} floors, ${all.length} areas, ${unassigned.length} of them on no floor.`,
      ...(warnings.length > 0 ? { warnings } : {}),
    };
    return { ...project(body, fields), success: true as const };
  },
});

/** A floor without a level counts as the ground floor. */
function byLevel(a: Floor, b: Floor): number {
  return (a.level ?? 0) - (b.level ?? 0);
}

function unknownKeys(areas: readonly Area[], keys: readonly string[] = []): string[] {
  const [first] = areas;
  if (!first) return [];
  const unknown = keys.filter((key) => !(key in first));
  return unknown.length === 0
    ? []
    : [`area_fields: no area has ${unknown.join(', ')}. Known: ${Object.keys(first).join(', ')}.`];
}
