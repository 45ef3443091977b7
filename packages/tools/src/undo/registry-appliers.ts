import { createCategory, listCategories, removeCategory, updateCategory } from '@hub/ha/categories.ts';
import { areaRegistry, floorRegistry, labelRegistry } from '@hub/ha/registries.ts';
import { findRow } from '@hub/ha/registry-reads.ts';
import type { View } from '@hub/ha/view.ts';
import { type Applied, type Applier, changesTo, type ItemContext, omit, type Row, rowOf } from './applier.ts';
import { rejoin } from './members.ts';

/** Written by the home itself, or kept beside the row for a removal. */
const NOT_SET = ['created_at', 'modified_at', 'members', 'area_id', 'floor_id', 'label_id', 'category_id'];
const essence = (item: unknown) => omit(item, NOT_SET);
/** The floor of an area is set, while a floor's own id is not. */
const areaEssence = (item: unknown) =>
  omit(
    item,
    NOT_SET.filter((key) => key !== 'floor_id'),
  );

const AREA_FIELDS = [
  'name',
  'aliases',
  'floor_id',
  'humidity_entity_id',
  'icon',
  'labels',
  'picture',
  'temperature_entity_id',
];
const FLOOR_FIELDS = ['name', 'aliases', 'icon', 'level'];
const LABEL_FIELDS = ['name', 'color', 'description', 'icon'];
const LISTS = new Set(['aliases', 'labels']);

interface RowRegistry {
  create(home: View, fields: Row, options: { signal: AbortSignal }): Promise<unknown>;
  update(home: View, id: string, changes: Row, options: { signal: AbortSignal }): Promise<unknown>;
  remove(home: View, id: string, options: { signal: AbortSignal }): Promise<void>;
}

interface Place {
  readonly idKey: 'area_id' | 'floor_id' | 'label_id';
  readonly fields: readonly string[];
  readonly registry: RowRegistry;
  find(context: ItemContext, id: string): Promise<unknown>;
  rejoin(context: ItemContext, id: string, kept: unknown): Promise<string[]>;
}

const AREA: Place = {
  idKey: 'area_id',
  fields: AREA_FIELDS,
  registry: areaRegistry,
  find: ({ home, signal }, id) => findRow(home, 'area', (row) => row.area_id === id, { signal }),
  async rejoin(context, id, kept) {
    const [entities, devices] = await Promise.all([context.home.entities(), context.home.devices()]);
    // What has been put into another area since stays there.
    const into = (row: { readonly area_id: string | null } | undefined) =>
      row && (row.area_id === null || row.area_id === id) ? { area_id: id } : undefined;
    return rejoin(context, kept, {
      entity: (one) => into(entities.get(one)),
      device: (one) => into(devices.get(one)),
      area: async () => undefined,
    });
  },
};

const FLOOR: Place = {
  idKey: 'floor_id',
  fields: FLOOR_FIELDS,
  registry: floorRegistry,
  find: ({ home, signal }, id) => findRow(home, 'floor', (row) => row.floor_id === id, { signal }),
  rejoin: (context, id, kept) =>
    rejoin(context, kept, {
      entity: () => undefined,
      device: () => undefined,
      area: (one) => areaRegistry.update(context.home, one, { floor_id: id }, { signal: context.signal }),
    }),
};

const LABEL: Place = {
  idKey: 'label_id',
  fields: LABEL_FIELDS,
  registry: labelRegistry,
  find: ({ home, signal }, id) => findRow(home, 'label', (row) => row.label_id === id, { signal }),
  async rejoin(context, id, kept) {
    const { home, signal } = context;
    const [entities, devices, areas] = await Promise.all([home.entities(), home.devices(), home.areas()]);
    const more = (row: { readonly labels: readonly string[] } | undefined) =>
      row && { labels: [...new Set([...row.labels, id])] };
    return rejoin(context, kept, {
      entity: (one) => more(entities.get(one)),
      device: (one) => more(devices.get(one)),
      area: async (one) => areaRegistry.update(home, one, more(areas.get(one)) ?? {}, { signal }),
    });
  },
};

export const registryAppliers = {
  area: placeApplier(AREA),
  floor: placeApplier(FLOOR),
  label: placeApplier(LABEL),
  category: categoryApplier(),
} satisfies Readonly<Record<string, Applier>>;

function placeApplier(place: Place): Applier {
  const { registry, fields } = place;
  return {
    essence: place.idKey === 'area_id' ? areaEssence : essence,
    read: (context, id) => place.find(context, id),
    async write(context, id, wanted, now) {
      const { home, signal } = context;
      if (wanted === undefined) {
        await registry.remove(home, id, { signal });
        return {};
      }
      if (now === undefined) return make(place, context, id, wanted);
      await registry.update(home, id, changesOf(wanted, now, fields), { signal });
      return {};
    },
  };
}

/** Home Assistant makes the id from the first name, so it is made under its old id as name, then renamed. */
async function make(place: Place, context: ItemContext, id: string, wanted: unknown): Promise<Applied> {
  const { home, signal } = context;
  const { registry, fields, idKey } = place;
  const made = rowOf(await registry.create(home, { name: id }, { signal }));
  const newId = String(made[idKey]);
  await registry.update(home, newId, changesOf(wanted, made, fields), { signal });
  return { id: newId, warnings: [...otherId(id, newId), ...(await place.rejoin(context, newId, wanted))] };
}

function changesOf(wanted: unknown, now: unknown, fields: readonly string[]): Row {
  const lists = changesTo(
    wanted,
    now,
    fields.filter((key) => LISTS.has(key)),
    [],
  );
  const others = fields.filter((key) => !LISTS.has(key));
  return { ...lists, ...changesTo(wanted, now, others, null) };
}

export function otherId(id: string, newId: string): string[] {
  return newId === id ? [] : [`It has another id now: ${newId}. What names ${id} does not find it.`];
}

/** Ids are `<scope>/<category id>`; Home Assistant makes them up, so one made again always has another. */
function categoryApplier(): Applier {
  return {
    essence,
    async read({ home, signal }, key) {
      const [scope, id] = split(key);
      return (await listCategories(home, scope, { signal })).find((row) => row.category_id === id);
    },
    async write(context, key, wanted, now) {
      const { home, signal } = context;
      const [scope, id] = split(key);
      if (wanted === undefined) {
        await removeCategory(home, scope, id, { signal });
        return {};
      }
      const { name, icon } = rowOf(wanted);
      if (now !== undefined) {
        await updateCategory(home, scope, id, { name, icon: icon ?? null }, { signal });
        return {};
      }
      const made = await createCategory(home, scope, { name, ...(icon ? { icon } : {}) }, { signal });
      const entities = await home.entities();
      const warnings = await rejoin(context, wanted, {
        entity: (one) =>
          entities.has(one) && !entities.get(one)?.categories[scope]
            ? { categories: { [scope]: made.category_id } }
            : undefined,
        device: () => undefined,
        area: async () => undefined,
      });
      return { id: `${scope}/${made.category_id}`, warnings };
    },
  };
}

function split(key: string): readonly [string, string] {
  const at = key.indexOf('/');
  return [key.slice(0, at), key.slice(at + 1)];
}
