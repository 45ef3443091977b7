import { z } from 'zod';
import { invalidParameter } from '../shared/invalid-parameter.ts';

type Source = 'history' | 'statistics';

/** What Home Assistant takes beyond the tool's own parameters, which say everything else. */
const OPTIONS = {
  history: { include_start_time_state: 'boolean, true unless given: begin with the state at the start' },
  statistics: { units: "object of units by unit class, e.g. {energy: 'MWh', temperature: '°F'}" },
} as const;

const COMMANDS = {
  history: 'history/history_during_period',
  statistics: 'recorder/statistics_during_period',
} as const;

const shapes = {
  history: z.strictObject({ include_start_time_state: z.boolean().optional() }),
  statistics: z.strictObject({ units: z.record(z.string(), z.string()).optional() }),
};

export function contractOf(source: Source) {
  return { status: 'available', command: COMMANDS[source], options: OPTIONS[source] };
}

/** @throws Fault VALIDATION_INVALID_PARAMETER for what a parameter of the tool says already, or nothing knows */
export function coreOptions(source: Source, given: Readonly<Record<string, unknown>> = {}) {
  const parsed = shapes[source].safeParse(given);
  if (!parsed.success) {
    const known = Object.keys(OPTIONS[source]);
    const foreign = Object.keys(given).filter((key) => !known.includes(key));
    const what = foreign.length > 0 ? `takes no ${foreign.slice(0, 5).join(', ')}.` : 'has a value of the wrong kind.';
    throw invalidParameter('core_options', what, `For ${source}: ${JSON.stringify(OPTIONS[source])}.`, {
      valid_options: known,
      protected_fields: foreign,
    });
  }
  const { units, include_start_time_state: withStart = true } = {
    units: undefined,
    include_start_time_state: undefined,
    ...parsed.data,
  };
  return { units, withStart };
}
