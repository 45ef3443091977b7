import { type Commands, command } from './command.ts';
import { fireEvent, type HomeModel } from './home-model.ts';
import { newUlid } from './identifiers.ts';
import type { Overlay } from './overlay.ts';
import { type Json, slugOf, textOf } from './read.ts';
import { Refusal } from './refusal.ts';
import { areaRow, floorRow, labelRow, stamps } from './registry-rows.ts';

interface Registry {
  readonly kind: 'area' | 'floor' | 'label';
  readonly idKey: string;
  readonly fields: string;
  /** What delete answers, which differs by registry. */
  readonly deleted: unknown;
  rows(home: HomeModel): Overlay<Json>;
  make(name: string, given: Json, atMs: number): Json;
}

const areas: Registry = {
  kind: 'area',
  idKey: 'area_id',
  fields: 'aliases floor_id humidity_entity_id icon labels picture temperature_entity_id',
  deleted: 'success',
  rows: (home) => home.areas,
  make: areaRow,
};
const floors: Registry = {
  kind: 'floor',
  idKey: 'floor_id',
  fields: 'aliases icon level',
  deleted: null,
  rows: (home) => home.floors,
  make: floorRow,
};
const labels: Registry = {
  kind: 'label',
  idKey: 'label_id',
  fields: 'color icon description',
  deleted: null,
  rows: (home) => home.labels,
  make: labelRow,
};

export function freeId(rows: { has(key: string): boolean }, wanted: string): string {
  let id = wanted;
  for (let number = 2; rows.has(id); number += 1) id = `${wanted}_${number}`;
  return id;
}

export function fieldsOf({ id: _id, type: _type, ...fields }: Json): Json {
  return fields;
}

interface Placed {
  readonly area_id: string | null;
  readonly labels: readonly string[];
}

function withoutPlace<T extends Placed>(rows: Overlay<T>, kind: 'area' | 'label', id: string): void {
  for (const [key, row] of rows.entries()) {
    if (kind === 'area' && row.area_id === id) rows.set(key, { ...row, area_id: null });
    if (kind === 'label' && row.labels.includes(id)) {
      rows.set(key, { ...row, labels: row.labels.filter((label) => label !== id) });
    }
  }
}

/** Clears what pointed at a deleted area, floor or label, as Home Assistant does. */
function forget(home: HomeModel, kind: Registry['kind'], id: string): void {
  if (kind !== 'floor') {
    withoutPlace(home.entities, kind, id);
    withoutPlace(home.devices, kind, id);
    return;
  }
  for (const [key, row] of home.areas.entries()) {
    if (row['floor_id'] === id) home.areas.set(key, { ...row, floor_id: null });
  }
}

function commandsOf(registry: Registry): Commands {
  const { kind, idKey, fields } = registry;
  const prefix = `config/${kind}_registry`;
  const tell = (home: HomeModel, action: string, id: string) =>
    fireEvent(home, `${kind}_registry_updated`, { action, [idKey]: id });
  const refuseTaken = (home: HomeModel, name: string, besides?: string) => {
    const taken = registry.rows(home).values();
    if (taken.some((row) => row[idKey] !== besides && slugOf(textOf(row['name'])) === slugOf(name))) {
      throw new Refusal('invalid_info', `The name ${name} (${slugOf(name)}) is already in use`);
    }
  };
  return {
    [`${prefix}/list`]: command('', ({ home }) => registry.rows(home).values()),
    [`${prefix}/create`]: command(`name! ${fields}`, ({ home, message }) => {
      const name = textOf(message['name']);
      refuseTaken(home, name);
      const made = registry.make(name, fieldsOf(message), Date.now());
      const id = freeId(registry.rows(home), textOf(made[idKey]));
      const row = registry.rows(home).set(id, { ...made, [idKey]: id });
      tell(home, 'create', id);
      return row;
    }),
    [`${prefix}/update`]: command(`${idKey}! name ${fields}`, ({ home, message }) => {
      const id = textOf(message[idKey]);
      const old = registry.rows(home).get(id);
      if (old === undefined) throw new Refusal('unknown_error', 'Unknown error');
      if (message['name'] !== undefined) refuseTaken(home, textOf(message['name']), id);
      const row = registry.rows(home).set(id, { ...old, ...fieldsOf(message), modified_at: Date.now() / 1000 });
      tell(home, 'update', id);
      return row;
    }),
    [`${prefix}/delete`]: command(`${idKey}!`, ({ home, message }) => {
      const id = textOf(message[idKey]);
      const title = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
      if (!registry.rows(home).delete(id)) throw new Refusal('invalid_info', `${title} ID doesn't exist`);
      forget(home, kind, id);
      tell(home, 'remove', id);
      return registry.deleted;
    }),
  };
}

const categoryEvent = (home: HomeModel, action: string, scope: string, category_id: string) =>
  fireEvent(home, 'category_registry_updated', { action, scope, category_id });

const categories: Commands = {
  'config/category_registry/list': command('scope!', ({ home, message }) =>
    [...home.categories.entries()]
      .filter(([key]) => key.startsWith(`${textOf(message['scope'])}/`))
      .map(([, row]) => row),
  ),
  'config/category_registry/create': command('scope! name! icon', ({ home, message: { scope, name, icon = null } }) => {
    const id = newUlid();
    categoryEvent(home, 'create', textOf(scope), id);
    return home.categories.set(`${textOf(scope)}/${id}`, { category_id: id, icon, name, ...stamps(Date.now()) });
  }),
  'config/category_registry/update': command('scope! category_id! name icon', ({ home, message }) => {
    const { scope, category_id, ...changes } = fieldsOf(message);
    const key = `${textOf(scope)}/${textOf(category_id)}`;
    const old = home.categories.get(key);
    if (old === undefined) throw new Refusal('invalid_info', "Category ID doesn't exist");
    categoryEvent(home, 'update', textOf(scope), textOf(category_id));
    return home.categories.set(key, { ...old, ...changes, modified_at: Date.now() / 1000 });
  }),
  'config/category_registry/delete': command('scope! category_id!', ({ home, message: { scope, category_id } }) => {
    if (!home.categories.delete(`${textOf(scope)}/${textOf(category_id)}`)) {
      throw new Refusal('invalid_info', "Category ID doesn't exist");
    }
    categoryEvent(home, 'remove', textOf(scope), textOf(category_id));
    return null;
  }),
};

/** config/area_registry/*, config/floor_registry/*, config/label_registry/*, config/category_registry/*: list, create, update, delete. */
export const registryCommands: Commands = {
  ...commandsOf(areas),
  ...commandsOf(floors),
  ...commandsOf(labels),
  ...categories,
};
