import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';

const entriesSchema = z.array(z.record(z.string(), z.unknown()));
const prefsSchema = z.looseObject({
  energy_sources: entriesSchema,
  device_consumption: entriesSchema,
  /** Missing before Home Assistant 2025.12. */
  device_consumption_water: entriesSchema.default([]),
});
const issueSchema = z.looseObject({
  type: z.string(),
  affected_entities: z.array(z.tuple([z.string(), z.unknown()])).default([]),
});
const issuesSchema = z.array(z.array(issueSchema)).default([]);
const validationSchema = z.object({
  energy_sources: issuesSchema,
  device_consumption: issuesSchema,
  device_consumption_water: issuesSchema,
});

export type EnergyPrefs = z.infer<typeof prefsSchema>;
/** Issues by list, then by place in it. */
export type EnergyValidation = z.infer<typeof validationSchema>;

/** What the energy dashboard is made of; undefined until it was set up once. Source: HA `energy/get_prefs`. @throws Fault COMPONENT_NOT_INSTALLED */
export async function readEnergyPrefs(home: Home, options: CallOptions = {}): Promise<EnergyPrefs | undefined> {
  try {
    return prefsSchema.parse(await home.send({ type: 'energy/get_prefs' }, { ...options, isWrite: false }));
  } catch (error) {
    if (error instanceof Fault && error.context['ha_error_code'] === 'not_found') return undefined;
    throw error;
  }
}

/**
 * Replaces each list that is given, whole; the others stay. Needs an administrator.
 * Source: HA `energy/save_prefs`. @throws Fault VALIDATION_FAILED for entries that do not fit its schema
 */
export async function saveEnergyPrefs(
  home: Home,
  lists: Readonly<Record<string, unknown>>,
  options: CallOptions = {},
): Promise<void> {
  await home.send({ ...lists, type: 'energy/save_prefs' }, { ...options, isWrite: true });
}

/** What Home Assistant finds wrong with the saved preferences: missing statistics, units, classes. Source: HA `energy/validate`. @throws Fault */
export async function validateEnergyPrefs(home: Home, options: CallOptions = {}): Promise<EnergyValidation> {
  return validationSchema.parse(await home.send({ type: 'energy/validate' }, { ...options, isWrite: false }));
}
