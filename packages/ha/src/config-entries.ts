import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';
import { requestJson } from './http.ts';

const entrySchema = z.looseObject({
  entry_id: z.string(),
  domain: z.string(),
  title: z.string(),
  state: z.string(),
  reason: z.string().nullish(),
  source: z.string().optional(),
  disabled_by: z.string().nullish(),
  supports_options: z.boolean().optional(),
  supports_unload: z.boolean().optional(),
  supports_reconfigure: z.boolean().optional(),
  /** Per type: can one be changed after it was made? */
  supported_subentry_types: z.record(z.string(), z.unknown()).optional(),
  num_subentries: z.number().optional(),
  modified_at: z.number().optional(),
});
const singleSchema = z.looseObject({ config_entry: entrySchema });
const subentrySchema = z.looseObject({
  subentry_id: z.string(),
  subentry_type: z.string(),
  title: z.string(),
  unique_id: z.string().nullish(),
});
const restartSchema = z.looseObject({ require_restart: z.boolean().default(false) });

export type ConfigEntry = z.infer<typeof entrySchema>;
export type ConfigSubentry = z.infer<typeof subentrySchema>;

/** Taking one down may ask a device to say goodbye. */
const REMOVE_MS = 60_000;

/** Integrations that are set up, one row per account, hub or device; of one domain when given. Source: HA `config_entries/get`. @throws Fault */
export async function listConfigEntries(
  home: Home,
  domain?: string,
  options: CallOptions = {},
): Promise<readonly ConfigEntry[]> {
  const command = { type: 'config_entries/get', ...(domain === undefined ? {} : { domain }) };
  return z.array(entrySchema).parse(await home.send(command, { ...options, isWrite: false }));
}

/** One of them; undefined when there is none of this id. Needs an administrator. Source: HA `config_entries/get_single`. @throws Fault */
export async function readConfigEntry(
  home: Home,
  entryId: string,
  options: CallOptions = {},
): Promise<ConfigEntry | undefined> {
  const command = { type: 'config_entries/get_single', entry_id: entryId };
  try {
    return singleSchema.parse(await home.send(command, { ...options, isWrite: false })).config_entry;
  } catch (error) {
    if (error instanceof Fault && error.context['ha_error_code'] === 'not_found') return undefined;
    throw error;
  }
}

/** Gives it another name; entities named after it follow when it is set up again. Source: HA `config_entries/update`. @throws Fault */
export async function renameConfigEntry(
  home: Home,
  entryId: string,
  title: string,
  options: CallOptions = {},
): Promise<void> {
  await home.send({ type: 'config_entries/update', entry_id: entryId, title }, { ...options, isWrite: true });
}

/** Stops or starts an integration's entry; true when that takes effect only after a restart. Source: HA `config_entries/disable`. @throws Fault */
export async function enableConfigEntry(
  home: Home,
  entryId: string,
  isEnabled: boolean,
  options: CallOptions = {},
): Promise<boolean> {
  const command = { type: 'config_entries/disable', entry_id: entryId, disabled_by: isEnabled ? null : 'user' };
  const answer = await home.send(command, { deadlineMs: REMOVE_MS, ...options, isWrite: true });
  return restartSchema.parse(answer).require_restart;
}

/** Removes an integration's entry with its devices and entities; true when that takes effect only after a restart. Needs an administrator. @throws Fault RESOURCE_NOT_FOUND */
export async function removeConfigEntry(home: Home, entryId: string, options: CallOptions = {}): Promise<boolean> {
  const path = `/api/config/config_entries/entry/${encodeURIComponent(entryId)}`;
  const answer = await requestJson(home, { method: 'DELETE', path }, { deadlineMs: REMOVE_MS, ...options });
  return restartSchema.parse(answer).require_restart;
}

/** The parts of an entry that were added one by one. Needs an administrator. Source: HA `config_entries/subentries/list`. @throws Fault */
export async function listSubentries(
  home: Home,
  entryId: string,
  options: CallOptions = {},
): Promise<readonly ConfigSubentry[]> {
  const command = { type: 'config_entries/subentries/list', entry_id: entryId };
  return z.array(subentrySchema).parse(await home.send(command, { ...options, isWrite: false }));
}

/** Source: HA `config_entries/subentries/delete`. @throws Fault */
export async function removeSubentry(
  home: Home,
  entryId: string,
  subentryId: string,
  options: CallOptions = {},
): Promise<void> {
  const command = { type: 'config_entries/subentries/delete', entry_id: entryId, subentry_id: subentryId };
  await home.send(command, { ...options, isWrite: true });
}
