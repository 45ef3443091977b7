import { type FieldKind, LISTS, type ListName, SOURCE_SHAPES, shapeOf } from './entry-fields.ts';

export interface ShapeError {
  readonly path: string;
  readonly error: string;
}

type Entry = Readonly<Record<string, unknown>>;

/** What Home Assistant would refuse about these lists, found before anything is sent. */
export function shapeErrors(config: Entry): ShapeError[] {
  const unknown = Object.keys(config).filter((key) => !LISTS.some((list) => list === key));
  return [
    ...unknown.map((path) => ({ path, error: `is none of ${LISTS.join(', ')}` })),
    ...LISTS.filter((list) => list in config).flatMap((list) => listErrors(list, config[list])),
  ];
}

function listErrors(list: ListName, value: unknown): ShapeError[] {
  if (!Array.isArray(value)) return [{ path: list, error: 'should be a list' }];
  return value.flatMap((entry: unknown, at) => entryErrors(list, entry, `${list}[${at}]`));
}

function entryErrors(list: ListName, entry: unknown, path: string): ShapeError[] {
  if (!isEntry(entry)) return [{ path, error: 'should be an object' }];
  const shape = shapeOf(list, entry);
  if (!shape) return [{ path: `${path}.type`, error: `should be one of ${Object.keys(SOURCE_SHAPES).join(', ')}` }];
  const { type: _, ...given } = list === 'energy_sources' ? entry : { type: undefined, ...entry };
  const missing = shape.required.filter((field) => given[field] === undefined || given[field] === null);
  const known = Object.keys(shape.fields);
  return [
    ...missing.map((field) => ({ path: `${path}.${field}`, error: 'is required' })),
    ...Object.entries(given).flatMap(([field, value]): ShapeError[] => {
      const kind = shape.fields[field];
      if (kind === undefined)
        return [{ path: `${path}.${field}`, error: `is no field here; there are ${known.join(', ')}` }];
      const error = value === null || missing.includes(field) ? undefined : kindError(kind, value);
      return error === undefined ? [] : [{ path: `${path}.${field}`, error }];
    }),
    ...wholeErrors(entry, path),
  ];
}

/** Rules over several fields of one entry. */
function wholeErrors(entry: Entry, path: string): ShapeError[] {
  const has = (field: string) => entry[field] !== undefined && entry[field] !== null;
  const errors: ShapeError[] = [];
  for (const end of ['', '_export'])
    if (has(`entity_energy_price${end}`) && has(`number_energy_price${end}`))
      errors.push({ path, error: `takes entity_energy_price${end} or number_energy_price${end}, not both` });
  const meters = ['stat_energy_from', 'stat_energy_to', 'stat_rate', 'power_config', 'flow_from'];
  if (entry['type'] === 'grid' && !meters.some(has))
    errors.push({ path, error: 'needs at least one of stat_energy_from, stat_energy_to, stat_rate, power_config' });
  return errors;
}

function kindError(kind: FieldKind, value: unknown): string | undefined {
  switch (kind) {
    case 'number':
      return typeof value === 'number' ? undefined : 'should be a number';
    case 'texts':
      return Array.isArray(value) && value.every((one) => typeof one === 'string')
        ? undefined
        : 'should be a list of ids';
    case 'object':
      return typeof value === 'object' ? undefined : 'should be an object';
    case 'text':
      return typeof value === 'string' ? undefined : 'should be a text';
    default:
      return typeof value === 'string' && value.trim() !== ''
        ? undefined
        : 'should be an id such as sensor.grid_energy';
  }
}

export function isEntry(value: unknown): value is Entry {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
