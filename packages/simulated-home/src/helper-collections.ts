import { type Commands, checkKeys, command } from './command.ts';
import { friendlyName, putEntry, removeEntry } from './entity-registry.ts';
import type { LooseSpec } from './entity-spec.ts';
import { helperEntity, helperFields } from './helper-entity.ts';
import { fireEvent, type HomeModel, setState } from './home-model.ts';
import { type Json, jsonOf, slugOf, textOf } from './read.ts';
import { refuseMissing } from './refusal.ts';
import { fieldsOf, freeId } from './registry-commands.ts';
import { emptyEntry } from './template.ts';

const partlyUpdated = new Set(['zone', 'person', 'tag']);

function defaultsOf(type: string): Json {
  const given = (helperFields[type] ?? '').split(' ').filter((field) => field.includes('='));
  return Object.fromEntries(given.map((field) => field.split('=')).map(([key = '', text = '']) => [key, jsonOf(text)]));
}

/** The entity a helper, automation, script or scene brings appears, or follows its changed source. */
export function putEntity(home: HomeModel, spec: LooseSpec): void {
  const old = home.entities
    .values()
    .find((entry) => entry.platform === spec.platform && entry.unique_id === spec.uniqueId);
  const entityId = old?.entity_id ?? freeEntityId(home, spec.id);
  const entry = {
    ...(old ?? emptyEntry(entityId, spec.platform, spec.uniqueId, Date.now())),
    original_name: spec.name,
  };
  if (old === undefined) putEntry(home, entry);
  else home.entities.set(entityId, entry);
  const attributes = { ...spec.attributes, friendly_name: friendlyName(home, entry) };
  setState(home, entityId, home.states.get(entityId)?.state ?? spec.state ?? 'unknown', attributes);
}

function freeEntityId(home: HomeModel, wanted: string): string {
  return freeId(home.states, wanted);
}

export function dropEntity(home: HomeModel, platform: string, uniqueId: string): void {
  const entry = home.entities.values().find((one) => one.platform === platform && one.unique_id === uniqueId);
  if (entry !== undefined) removeEntry(home, entry.entity_id);
}

function rowsOf(home: HomeModel, type: string): Json[] {
  return [...home.helpers.entries()].filter(([key]) => key.startsWith(`${type}/`)).map(([, row]) => row);
}

function commandsOf(type: string, schema: string): Commands {
  const idKey = `${type}_id`;
  const plain = schema.replaceAll('!', '');
  const known = (home: HomeModel, id: string) =>
    home.helpers.get(`${type}/${id}`) ?? refuseMissing(`Unable to find ${idKey} ${id}`);
  return {
    [`${type}/list`]: command('', ({ home }) => {
      const rows = rowsOf(home, type);
      return type === 'person' ? { storage: rows, config: [] } : rows;
    }),
    [`${type}/create`]: command(schema, ({ home, message }) => {
      const { tag_id, ...given } = fieldsOf(message);
      const taken = { has: (id: string) => home.helpers.has(`${type}/${id}`) };
      const id = tag_id === undefined ? freeId(taken, slugOf(textOf(given['name']))) : textOf(tag_id);
      const row = home.helpers.set(`${type}/${id}`, { id, ...defaultsOf(type), ...given });
      putEntity(home, helperEntity(type, row));
      return row;
    }),
    [`${type}/update`]: command(`${idKey}! ${plain}`, ({ home, message }) => {
      const { [idKey]: key, ...given } = fieldsOf(message);
      const old = known(home, textOf(key));
      const isPartial = partlyUpdated.has(type);
      // A full replace: what is not given falls back to its default or vanishes.
      if (!isPartial) checkKeys(schema, given);
      const row = { id: textOf(key), ...(isPartial ? old : defaultsOf(type)), ...given };
      home.helpers.set(`${type}/${textOf(key)}`, row);
      putEntity(home, helperEntity(type, row));
      return row;
    }),
    [`${type}/delete`]: command(`${idKey}!`, ({ home, message }) => {
      const id = textOf(message[idKey]);
      known(home, id);
      home.helpers.delete(`${type}/${id}`);
      dropEntity(home, type, id);
      return null;
    }),
  };
}

/** input_*, counter, timer, schedule, zone, person and tag: `<type>/list|create|update|delete`. */
export const helperCommands: Commands = Object.assign(
  {},
  ...Object.entries(helperFields).map(([type, schema]) => commandsOf(type, schema)),
);

/** Automations, scripts and scenes announce a finished reload this way; scripts and scenes do it without an event. */
export function announceReload(home: HomeModel, kind: string): void {
  if (kind === 'automation') fireEvent(home, 'automation_reloaded', {});
}
