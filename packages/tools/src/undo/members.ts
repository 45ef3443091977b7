import { Fault } from '@hub/core/fault.ts';
import { updateDevice, updateEntity } from '@hub/ha/registries.ts';
import type { View } from '@hub/ha/view.ts';
import { z } from 'zod';
import type { ItemContext } from './applier.ts';

export type Membership = 'label' | 'area' | 'floor' | 'category';

const ids = z.array(z.string()).default([]);
const membersShape = z.looseObject({ members: z.object({ entities: ids, devices: ids, areas: ids }).partial() });

/** What was filed under a label, area, floor or category, by the ids of its kind. */
export interface Members {
  readonly entities: readonly string[];
  readonly devices: readonly string[];
  readonly areas: readonly string[];
}

/** What carries it now: Home Assistant takes all of it away with the item, so a removal keeps it beside the item. */
export async function membersOf(home: View, kind: Membership, id: string, scope = ''): Promise<Members> {
  const [entities, devices, areas] = await Promise.all([home.entities(), home.devices(), home.areas()]);
  const those = <T>(rows: ReadonlyMap<string, T>, isMember: (row: T) => boolean) =>
    [...rows].flatMap(([rowId, row]) => (isMember(row) ? [rowId] : []));
  const none = { entities: [], devices: [], areas: [] };
  if (kind === 'category') return { ...none, entities: those(entities, (one) => one.categories[scope] === id) };
  if (kind === 'floor') return { ...none, areas: those(areas, (one) => one.floor_id === id) };
  if (kind === 'area') {
    return {
      ...none,
      entities: those(entities, (one) => one.area_id === id),
      devices: those(devices, (one) => one.area_id === id),
    };
  }
  const carries = (one: { readonly labels: readonly string[] }) => one.labels.includes(id);
  return { entities: those(entities, carries), devices: those(devices, carries), areas: those(areas, carries) };
}

export interface Rejoin {
  readonly entity: (id: string) => Readonly<Record<string, unknown>> | undefined;
  readonly device: (id: string) => Readonly<Record<string, unknown>> | undefined;
  readonly area: (id: string) => Promise<unknown>;
}

/** Files again what a removed item held; what has gone since, or belongs elsewhere now, is told and left. */
export async function rejoin({ home, signal }: ItemContext, kept: unknown, how: Rejoin): Promise<string[]> {
  const parsed = membersShape.safeParse(kept);
  if (!parsed.success) return [];
  const { entities = [], devices = [], areas = [] } = parsed.data.members;
  const left: string[] = [];
  const one = async (id: string, act: () => Promise<unknown> | undefined) => {
    try {
      const done = act();
      if (done === undefined) left.push(id);
      await done;
    } catch (error) {
      if (!(error instanceof Fault) || error.outcomeUnknown) throw error;
      left.push(id);
    }
  };
  for (const id of entities) {
    const changes = how.entity(id);
    await one(id, () => changes && updateEntity(home, id, changes, { signal }));
  }
  for (const id of devices) {
    const changes = how.device(id);
    await one(id, () => changes && updateDevice(home, id, changes, { signal }));
  }
  for (const id of areas) await one(id, () => how.area(id));
  const shown = left.slice(0, 20).join(', ');
  return left.length === 0 ? [] : [`${left.length} of what it held was not filed under it again: ${shown}.`];
}
