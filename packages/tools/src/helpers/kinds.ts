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

export function isEntryKind(kind: string): kind is EntryKind {
  return entries.has(kind);
}
