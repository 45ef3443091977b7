/** What a field of an energy source or device holds; statistics by what they must measure. */
export type FieldKind =
  | 'energy'
  | 'gas'
  | 'water'
  | 'power'
  | 'flow'
  | 'cost'
  | 'charge'
  | 'price'
  | 'number'
  | 'text'
  | 'texts'
  | 'object';

export interface EntryShape {
  readonly required: readonly string[];
  readonly fields: Readonly<Record<string, FieldKind>>;
}

const NAMED = { name: 'text' } as const;
const COSTS = { stat_cost: 'cost', entity_energy_price: 'price', number_energy_price: 'number' } as const;

/** Source: HA `components/energy/data.py` of 2026.11. */
export const SOURCE_SHAPES: Readonly<Record<string, EntryShape>> = {
  grid: {
    required: [],
    fields: {
      stat_energy_from: 'energy',
      stat_energy_to: 'energy',
      ...COSTS,
      stat_compensation: 'cost',
      entity_energy_price_export: 'price',
      number_energy_price_export: 'number',
      stat_rate: 'power',
      power_config: 'object',
      cost_adjustment_day: 'number',
      ...NAMED,
    },
  },
  solar: {
    required: ['stat_energy_from'],
    fields: { stat_energy_from: 'energy', stat_rate: 'power', config_entry_solar_forecast: 'texts', ...NAMED },
  },
  home: { required: ['stat_energy_to'], fields: { stat_energy_to: 'energy', stat_rate: 'power', ...NAMED } },
  battery: {
    required: ['stat_energy_from', 'stat_energy_to'],
    fields: {
      stat_energy_from: 'energy',
      stat_energy_to: 'energy',
      stat_rate: 'power',
      power_config: 'object',
      stat_soc: 'charge',
      capacity: 'number',
      ...NAMED,
    },
  },
  gas: { required: ['stat_energy_from'], fields: { stat_energy_from: 'gas', stat_rate: 'flow', ...COSTS, ...NAMED } },
  water: {
    required: ['stat_energy_from'],
    fields: { stat_energy_from: 'water', stat_rate: 'flow', ...COSTS, ...NAMED },
  },
};

/** Before 2026 a grid source held lists of its meters; such homes still take no other form. */
const OLD_GRID: EntryShape = {
  required: [],
  fields: { flow_from: 'object', flow_to: 'object', power: 'object', cost_adjustment_day: 'number' },
};

export const DEVICE_SHAPES = {
  device_consumption: deviceShape('energy', 'power'),
  device_consumption_water: deviceShape('water', 'flow'),
} as const;

function deviceShape(total: FieldKind, rate: FieldKind): EntryShape {
  const fields = { stat_consumption: total, stat_rate: rate, included_in_stat: total, ...NAMED };
  return { required: ['stat_consumption'], fields };
}

export const LISTS = ['energy_sources', 'device_consumption', 'device_consumption_water'] as const;
export type ListName = (typeof LISTS)[number];

/** Undefined for a source of a type nobody knows. */
export function shapeOf(list: ListName, entry: Readonly<Record<string, unknown>>): EntryShape | undefined {
  if (list !== 'energy_sources') return DEVICE_SHAPES[list];
  const { type } = entry;
  if (type === 'grid' && 'flow_from' in entry) return OLD_GRID;
  return typeof type === 'string' && Object.hasOwn(SOURCE_SHAPES, type) ? SOURCE_SHAPES[type] : undefined;
}
