import { Fault } from '@hub/core/fault.ts';
import { areaIdOfEntity, floorOfArea } from '@hub/ha/placement.ts';
import type { EntityState } from '@hub/ha/records.ts';
import { findEntities } from '@hub/ha/registry-reads.ts';
import type { View } from '@hub/ha/view.ts';
import { z } from 'zod';
import { pick } from '../shared/fields.ts';
import { textsOf } from './aliases.ts';
import type { EntityRow } from './entity-rows.ts';

const BASE = ['entity_id', 'friendly_name', 'domain', 'state', 'score', 'match_type'];
const PLACES = ['area', 'floor', 'labels', 'aliases'];
const MEMBERS = ['is_group', 'member_entity_ids'];
const RESULT_FIELDS = [...BASE, ...PLACES, ...MEMBERS];

const membersSchema = z.array(z.string()).min(1);

/** @throws Fault VALIDATION_FAILED naming the fields there are */
export function checkResultFields(fields: readonly string[] | undefined): void {
  if (fields === undefined) return;
  const unknown = fields.filter((field) => !RESULT_FIELDS.includes(field));
  if (fields.length > 0 && unknown.length === 0) return;
  const problem = fields.length === 0 ? 'is empty' : `there is no field ${unknown.join(', ')}`;
  throw new Fault('VALIDATION_FAILED', `\`result_fields\`: ${problem}.`, {
    suggestion: `Use ${RESULT_FIELDS.join(', ')}, or leave it out for whole rows.`,
    context: { parameter: 'result_fields' },
  });
}

/** The rows of one page with the fields asked for; whole rows when none were. */
export async function shapeRows(
  home: View,
  rows: readonly EntityRow[],
  fields: readonly string[] | undefined,
  includesHidden: boolean,
  signal: AbortSignal,
): Promise<Record<string, unknown>[]> {
  if (!fields) return rows.map((row) => ({ ...row }));
  // Without it a group whose members are withheld would look like a single lamp.
  const wanted = fields.includes('member_entity_ids') ? [...new Set([...fields, 'is_group'])] : fields;
  const needs = (keys: readonly string[]) => wanted.some((field) => keys.includes(field));
  const places = needs(PLACES) ? await placesOf(home, rows, wanted.includes('aliases'), signal) : undefined;
  const members = needs(MEMBERS) ? await membersOf(home, includesHidden) : undefined;
  return rows.map((row) => pick({ ...row, ...places?.(row.entity_id), ...members?.(row.entity_id) }, wanted));
}

async function placesOf(home: View, rows: readonly EntityRow[], needsAliases: boolean, signal: AbortSignal) {
  const ids = rows.map(({ entity_id: id }) => id);
  const [entries, devices, areas, floors, labels] = await Promise.all([
    home.entities(),
    home.devices(),
    home.areas(),
    home.floors(),
    home.labels(),
  ]);
  const registered = ids.filter((id) => entries.has(id));
  const whole = needsAliases && registered.length > 0 ? await findEntities(home, registered, { signal }) : new Map();
  return (id: string) => {
    const entry = entries.get(id);
    const device = entry?.device_id ? devices.get(entry.device_id) : undefined;
    const area = areas.get(areaIdOfEntity(entry, devices) ?? '');
    const labelIds = new Set([...(entry?.labels ?? []), ...(device?.labels ?? [])]);
    const full = whole.get(id);
    return {
      area: area?.name ?? null,
      floor: floorOfArea(area, floors)?.name ?? null,
      labels: [...labelIds].sort().map((label) => labels.get(label)?.name ?? label),
      aliases: full ? textsOf(full) : [],
    };
  };
}

/** Members are told only when the connector may see each of them. */
async function membersOf(home: View, includesHidden: boolean) {
  const [states, entries] = await Promise.all([home.states(), home.entities()]);
  const isShown = (id: string) => states.has(id) && (includesHidden || !entries.get(id)?.hidden_by);
  return (id: string) => {
    const members = groupMembers(states.get(id));
    if (!members) return { is_group: false };
    return { is_group: true, ...(members.every(isShown) ? { member_entity_ids: members } : {}) };
  };
}

/** Groups say who is in them by `entity_id`, newer ones by `group_entities`. */
function groupMembers(state: EntityState | undefined): readonly string[] | undefined {
  const given = state?.attributes['group_entities'] ?? state?.attributes['entity_id'];
  const members = membersSchema.safeParse(given).data;
  return members && [...members].sort();
}
