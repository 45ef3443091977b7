import type { LooseSpec } from './entity-spec.ts';
import { type Json, listOf, numberOf, slugOf, textOf } from './read.ts';

type StateOf = (row: Json) => readonly [state: string, attributes: Json];

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** Field `name!` is required, `name=value` filled in with its (JSON) default. Source: the collection schemas of Home Assistant 2026.11. */
export const helperFields: Readonly<Record<string, string>> = {
  input_boolean: 'name! icon initial',
  input_button: 'name! icon',
  input_number: 'name! min! max! step=1 mode="slider" initial unit_of_measurement icon device_class',
  input_select: 'name! options! initial icon',
  input_text: 'name! min=0 max=100 mode="text" initial pattern unit_of_measurement icon',
  input_datetime: 'name! has_date=false has_time=false initial icon',
  counter: 'name! initial=0 maximum=null minimum=null restore=true step=1 icon',
  timer: 'name! duration="0:00:00" restore=false icon',
  schedule: `name! icon ${weekdays.map((day) => `${day}=[]`).join(' ')}`,
  zone: 'name! latitude! longitude! radius=100 passive=false icon',
  person: 'name! user_id=null device_trackers=[] picture',
  tag: 'tag_id! name description',
};

function dateTime(row: Json): readonly [string, Json] {
  const now = new Date().toISOString();
  const parts = [row['has_date'] === true ? now.slice(0, 10) : '', row['has_time'] === true ? '00:00:00' : ''];
  const state = textOf(row['initial'], parts.filter((part) => part !== '').join(' '));
  return [state, { has_date: row['has_date'], has_time: row['has_time'], editable: true }];
}

const stateOf: Readonly<Record<string, StateOf>> = {
  input_boolean: (row) => [row['initial'] === true ? 'on' : 'off', { editable: true }],
  input_button: () => ['unknown', { editable: true }],
  input_number: (row) => {
    const { min, max, step, mode } = row;
    const value = numberOf(row['initial'], numberOf(min, 0));
    const unit = row['unit_of_measurement'] === undefined ? {} : { unit_of_measurement: row['unit_of_measurement'] };
    return [value.toFixed(1), { min, max, step, mode, initial: row['initial'] ?? null, editable: true, ...unit }];
  },
  input_select: (row) => [
    textOf(row['initial'], textOf(listOf(row['options'])[0], 'unknown')),
    { options: row['options'], editable: true },
  ],
  input_text: ({ mode, min, max, pattern = null, initial }) => [
    textOf(initial, 'unknown'),
    { mode, min, max, pattern, editable: true },
  ],
  input_datetime: dateTime,
  counter: ({ initial, step, minimum, maximum }) => {
    const ends = { ...(minimum === null ? {} : { minimum }), ...(maximum === null ? {} : { maximum }) };
    return [String(numberOf(initial, 0)), { editable: true, initial, step, ...ends }];
  },
  timer: ({ duration }) => ['idle', { duration, editable: true, last_transition: null }],
  schedule: () => ['off', { editable: true, next_event: null }],
  zone: ({ latitude, longitude, radius, passive }) => [
    '0',
    { latitude, longitude, radius, passive, persons: [], editable: true },
  ],
  person: ({ id, user_id, device_trackers }) => ['home', { editable: true, id, device_trackers, user_id }],
  tag: ({ id }) => ['unknown', { tag_id: id, last_scanned_by_device_id: null }],
};

/** The entity that stands for one row of a helper collection. */
export function helperEntity(type: string, row: Json): LooseSpec {
  const uniqueId = textOf(row['id']);
  const name = textOf(row['name'], uniqueId);
  const [state, attributes] = stateOf[type]?.(row) ?? ['unknown', {}];
  const icon = row['icon'] === undefined ? {} : { icon: row['icon'] };
  const objectId = type === 'person' || type === 'tag' ? slugOf(name) : uniqueId;
  return { id: `${type}.${objectId}`, platform: type, uniqueId, name, state, attributes: { ...attributes, ...icon } };
}
