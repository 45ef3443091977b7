import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';
import type { EntityEntry, EntityState } from './records.ts';
import { readEntity } from './registries.ts';
import type { View } from './view.ts';

export const UPDATE_CATEGORIES = ['core', 'os', 'supervisor', 'addons', 'hacs', 'devices', 'other'] as const;

export type UpdateCategory = (typeof UPDATE_CATEGORIES)[number];

/** Source: HA `components/update/const.py` `UpdateEntityFeature`. */
const INSTALL = 1;
const BACKUP = 8;
const RELEASE_NOTES = 16;

const attributesSchema = z.looseObject({
  title: z.string().nullish().catch(undefined),
  friendly_name: z.string().optional().catch(undefined),
  installed_version: z.string().nullish().catch(undefined),
  latest_version: z.string().nullish().catch(undefined),
  skipped_version: z.string().nullish().catch(undefined),
  release_summary: z.string().nullish().catch(undefined),
  release_url: z.string().nullish().catch(undefined),
  in_progress: z.union([z.boolean(), z.number()]).nullish().catch(undefined),
  update_percentage: z.number().nullish().catch(undefined),
  auto_update: z.boolean().nullish().catch(undefined),
  supported_features: z.number().catch(0).default(0),
  device_class: z.string().nullish().catch(undefined),
});

export interface Update {
  readonly entityId: string;
  readonly state: string;
  readonly title: string;
  readonly installedVersion: string | null;
  readonly latestVersion: string | null;
  readonly skippedVersion: string | null;
  readonly releaseSummary: string | null;
  readonly releaseUrl: string | null;
  readonly isInProgress: boolean;
  /** Percent, where the device tells. */
  readonly progress: number | null;
  readonly isAutomatic: boolean;
  readonly canInstall: boolean;
  readonly canBackUp: boolean;
  readonly hasReleaseNotes: boolean;
  readonly category: UpdateCategory;
}

/** What an update entity tells, and what it updates. */
export function updateOf(
  { entity_id: entityId, state, attributes }: Pick<EntityState, 'entity_id' | 'state' | 'attributes'>,
  entry: EntityEntry | undefined,
): Update {
  const told = attributesSchema.parse(attributes);
  const features = told.supported_features;
  return {
    entityId,
    state,
    title: told.title ?? told.friendly_name ?? entityId,
    installedVersion: told.installed_version ?? null,
    latestVersion: told.latest_version ?? null,
    skippedVersion: told.skipped_version ?? null,
    releaseSummary: told.release_summary ?? null,
    releaseUrl: told.release_url ?? null,
    // Some integrations tell the percentage here.
    isInProgress: told.in_progress !== false && told.in_progress !== undefined && told.in_progress !== null,
    progress: told.update_percentage ?? (typeof told.in_progress === 'number' ? told.in_progress : null),
    isAutomatic: told.auto_update ?? false,
    canInstall: (features & INSTALL) !== 0,
    canBackUp: (features & BACKUP) !== 0,
    hasReleaseNotes: (features & RELEASE_NOTES) !== 0,
    category: categoryOf(entityId, told.device_class ?? undefined, `${told.title ?? ''}`, entry),
  };
}

const SUPERVISED: readonly (readonly [RegExp, UpdateCategory])[] = [
  [/^home_assistant_core_/, 'core'],
  [/^home_assistant_os_/, 'os'],
  [/^home_assistant_supervisor_/, 'supervisor'],
  [/./, 'addons'],
];
const STORES = new Set(['hacs', 'marketplace']);
const DEVICE_WORDS = /esphome|zwave|z-wave|zigbee|\bzha\b|matter|firmware/i;

/** By the integration it comes from; by its words only where the registry does not know it. */
function categoryOf(
  entityId: string,
  deviceClass: string | undefined,
  title: string,
  entry: EntityEntry | undefined,
): UpdateCategory {
  if (entry?.platform === 'hassio')
    return SUPERVISED.find(([pattern]) => pattern.test(entry.unique_id))?.[1] ?? 'addons';
  if (entry && STORES.has(entry.platform)) return 'hacs';
  if (!entry && /home_assistant_core/.test(entityId)) return 'core';
  if (!entry && /operating_system/.test(entityId)) return 'os';
  if (!entry && /supervisor/.test(entityId)) return 'supervisor';
  return deviceClass === 'firmware' || DEVICE_WORDS.test(`${entityId} ${title}`) ? 'devices' : 'other';
}

/** All the home's updates that this view shows, by entity id. */
export async function listUpdates(view: View): Promise<ReadonlyMap<string, Update>> {
  const [states, entries] = await Promise.all([view.states(), view.entities()]);
  const updates = [...states.values()].filter(({ entity_id: id }) => id.startsWith('update.'));
  return new Map(updates.map((state) => [state.entity_id, updateOf(state, entries.get(state.entity_id))]));
}

const statesSchema = z.array(
  z.object({ entity_id: z.string(), state: z.string(), attributes: z.record(z.string(), z.unknown()) }),
);

/** Those that are meant, read without a mirror. @throws Fault */
export async function readUpdates(
  home: Home,
  isMeant: (state: Pick<EntityState, 'entity_id' | 'state'>) => boolean,
  options: CallOptions = {},
): Promise<readonly Update[]> {
  const states = statesSchema.parse(await home.send({ type: 'get_states' }, { ...options, isWrite: false }));
  const meant = states.filter((one) => one.entity_id.startsWith('update.') && isMeant(one));
  return Promise.all(meant.map(async (one) => updateOf(one, await entryOf(home, one.entity_id, options))));
}

/** What could be installed now; what somebody skipped does not wait. @throws Fault */
export async function listPendingUpdates(home: Home, options: CallOptions = {}): Promise<readonly Update[]> {
  const waiting = await readUpdates(home, ({ state }) => state === 'on', options);
  return waiting.filter(({ canInstall, isInProgress }) => canInstall && !isInProgress);
}

/** Undefined for an entity that no registry knows. */
async function entryOf(home: Home, entityId: string, options: CallOptions): Promise<EntityEntry | undefined> {
  try {
    return await readEntity(home, entityId, options);
  } catch (error) {
    if (error instanceof Fault && error.code === 'SERVICE_CALL_FAILED') return undefined;
    throw error;
  }
}

/** Markdown from whoever made the update; undefined when there is none. Needs an administrator. Source: HA `update/release_notes`. @throws Fault */
export async function readReleaseNotes(
  home: Home,
  entityId: string,
  options: CallOptions = {},
): Promise<string | undefined> {
  const command = { type: 'update/release_notes', entity_id: entityId };
  try {
    return (
      z
        .string()
        .nullish()
        .parse(await home.send(command, { ...options, isWrite: false })) ?? undefined
    );
  } catch (error) {
    // An update that tells none, or cannot reach its maker just now.
    if (error instanceof Fault && error.code === 'SERVICE_CALL_FAILED') return undefined;
    throw error;
  }
}
