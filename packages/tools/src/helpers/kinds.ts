import { Fault } from '@hub/core/fault.ts';
import type { HelperKind } from '@hub/ha/helpers.ts';

/** As the editor's dialogs order them. */
export const STORED_KINDS = [
  'input_button',
  'input_boolean',
  'input_select',
  'input_number',
  'input_text',
  'input_datetime',
  'counter',
  'timer',
  'schedule',
  'zone',
  'person',
  'tag',
] as const satisfies readonly HelperKind[];

/** Helpers that are integrations of their own: Home Assistant makes them by a dialogue, and keeps them as config entries. */
export const ENTRY_KINDS = [
  'template',
  'group',
  'utility_meter',
  'derivative',
  'min_max',
  'threshold',
  'integration',
  'statistics',
  'trend',
  'random',
  'filter',
  'tod',
  'generic_thermostat',
  'switch_as_x',
  'generic_hygrostat',
  'history_stats',
  'mold_indicator',
] as const;

export type EntryKind = (typeof ENTRY_KINDS)[number];

const stored: ReadonlySet<string> = new Set(STORED_KINDS);
const entries: ReadonlySet<string> = new Set(ENTRY_KINDS);

export function isStoredKind(kind: string): kind is HelperKind {
  return stored.has(kind);
}

export function isEntryKind(kind: string): boolean {
  return entries.has(kind);
}

const READ_HISTORY = 'For a figure over a period, ha_get_history with source statistics gives it now.';
const READ_TEMPLATE = 'For the value at this moment, ha_eval_template gives it now.';

/** What gets people there meanwhile. */
const INSTEAD: Readonly<Partial<Record<EntryKind | 'config_subentry', string>>> = {
  template: READ_TEMPLATE,
  min_max: READ_TEMPLATE,
  group: 'To act on several entities as one, give them a label and use it as target of ha_call_service.',
  utility_meter: READ_HISTORY,
  integration: READ_HISTORY,
  statistics: READ_HISTORY,
  history_stats: READ_HISTORY,
  derivative: READ_HISTORY,
  trend: READ_HISTORY,
  threshold: 'An automation with a numeric_state trigger and an input_boolean does the same.',
  tod: "A schedule helper (helper_type 'schedule') is on at set times of the week.",
};

/** Not yet: these need the dialogue of a config flow. */
export function notYet(kind: string, act: 'created or changed' | 'removed'): Fault {
  const instead = INSTEAD[kind as EntryKind];
  return new Fault(
    'VALIDATION_INVALID_PARAMETER',
    `\`helper_type\`: ${kind} is kept as a config entry, and those can be ${act} here in a later version only.`,
    {
      suggestion: [
        instead ?? 'Do it in Home Assistant: Settings > Devices & services > Helpers.',
        ...(instead === undefined ? [] : ['Or do it in Home Assistant: Settings > Devices & services > Helpers.']),
        `Works now: ${STORED_KINDS.join(', ')}.`,
      ],
      context: { parameter: 'helper_type', helper_type: kind, supported_helper_types: STORED_KINDS },
    },
  );
}
