import { Fault } from '@hub/core/fault.ts';
import type { HelperKind } from '@hub/ha/helpers.ts';

type Fields = Readonly<Record<string, unknown>>;

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

const same = (...names: string[]) => Object.fromEntries(names.map((name) => [name, name]));

/** Per kind: our parameter, and the field of Home Assistant it becomes. Source: the collection schemas of HA `components/<kind>`. */
const FIELDS: Readonly<Record<HelperKind, Readonly<Record<string, string>>>> = {
  input_button: same('name', 'icon'),
  input_boolean: same('name', 'icon', 'initial'),
  input_select: same('name', 'icon', 'options', 'initial'),
  input_number: {
    ...same('name', 'icon', 'step', 'mode', 'initial', 'unit_of_measurement', 'device_class'),
    min_value: 'min',
    max_value: 'max',
  },
  input_text: {
    ...same('name', 'icon', 'mode', 'initial', 'unit_of_measurement', 'pattern'),
    min_value: 'min',
    max_value: 'max',
  },
  input_datetime: same('name', 'icon', 'has_date', 'has_time', 'initial'),
  counter: { ...same('name', 'icon', 'step', 'initial', 'restore'), min_value: 'minimum', max_value: 'maximum' },
  timer: same('name', 'icon', 'duration', 'restore'),
  schedule: same('name', 'icon', ...DAYS),
  zone: same('name', 'icon', 'latitude', 'longitude', 'radius', 'passive'),
  person: same('name', 'user_id', 'device_trackers', 'picture'),
  tag: same('name', 'tag_id', 'description'),
};

/** Other spellings of a parameter, as the calls of earlier servers and Home Assistant's own fields have them. */
const ALIASES: Readonly<Record<string, string>> = {
  min: 'min_value',
  max: 'max_value',
  minimum: 'min_value',
  maximum: 'max_value',
  unit: 'unit_of_measurement',
};

/** Of these Home Assistant clears by null; elsewhere a field is taken away by leaving it out. */
const CLEARED_BY_NULL: ReadonlySet<string> = new Set(['user_id', 'picture', 'minimum', 'maximum']);

const MODES: Readonly<Partial<Record<HelperKind, readonly string[]>>> = {
  input_number: ['box', 'slider'],
  input_text: ['text', 'password'],
};

/** The settings a kind has, by the tool's names. */
export function settingsOf(kind: HelperKind): readonly string[] {
  return Object.keys(FIELDS[kind]);
}

/** Does the kind keep an icon of its own? Else the entity registry does. */
export function hasOwnIcon(kind: HelperKind): boolean {
  return FIELDS[kind]['icon'] !== undefined;
}

/**
 * The call's parameters, and those in its `config`, as fields of Home Assistant; undefined means "take it away".
 * @throws Fault VALIDATION_INVALID_PARAMETER for one that the kind does not have, or a value it cannot take
 */
export function fieldsOf(kind: HelperKind, parameters: Fields, config: Fields = {}): Record<string, unknown> {
  const given = [
    ...Object.entries(config).map(([key, value]) => [`config.${key}`, key, value] as const),
    ...Object.entries(parameters).map(([key, value]) => [key, key, value] as const),
  ];
  const fields: Record<string, unknown> = {};
  for (const [shown, key, value] of given) {
    if (value === undefined) continue;
    const field = FIELDS[kind][ALIASES[key] ?? key];
    if (field === undefined) throw foreign(kind, shown);
    fields[field] = fieldValue(kind, field, shown, value);
  }
  return fields;
}

function foreign(kind: HelperKind, parameter: string): Fault {
  const valid = Object.keys(FIELDS[kind]);
  return new Fault('VALIDATION_INVALID_PARAMETER', `\`${parameter}\`: helper type ${kind} has no such setting.`, {
    suggestion: [`Leave it out. ${kind} takes: ${valid.join(', ')}.`, 'area_id, labels and category fit every type.'],
    context: { parameter, helper_type: kind, valid_parameters: valid },
  });
}

function fieldValue(kind: HelperKind, field: string, parameter: string, value: unknown): unknown {
  if (value === '' && field !== 'name') return CLEARED_BY_NULL.has(field) ? null : undefined;
  if (typeof value === 'string' && field === 'name') return value.trim();
  if (field === 'initial') return initialOf(kind, parameter, value);
  if (field === 'duration' && typeof value === 'string' && /^\d+(\.\d+)?$/.test(value)) return Number(value);
  if (field === 'mode' && !MODES[kind]?.includes(String(value)))
    throw unfit(parameter, value, `${MODES[kind]?.join(' or ')}`, kind);
  return value;
}

function initialOf(kind: HelperKind, parameter: string, value: unknown): unknown {
  if (kind === 'input_boolean') {
    if (/^(true|on|yes|1)$/i.test(String(value))) return true;
    if (/^(false|off|no|0)$/i.test(String(value))) return false;
    throw unfit(parameter, value, 'on or off', kind);
  }
  if (kind !== 'input_number' && kind !== 'counter') return String(value);
  const number = Number(value);
  if (Number.isFinite(number) && (kind === 'input_number' || Number.isInteger(number))) return number;
  throw unfit(parameter, value, kind === 'counter' ? 'a whole number' : 'a number', kind);
}

function unfit(parameter: string, value: unknown, wanted: string, kind: HelperKind): Fault {
  return new Fault(
    'VALIDATION_INVALID_PARAMETER',
    `\`${parameter}\`: ${kind} wants ${wanted}, got '${String(value)}'.`,
    {
      suggestion: `Give ${wanted}.`,
      context: { parameter, value, helper_type: kind },
    },
  );
}
