import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';
import type { EntityEntry, EntityState } from './records.ts';
import { callService } from './services.ts';
import type { View } from './view.ts';
import { waitForState } from './wait-for.ts';

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
  { entity_id: entityId, state, attributes }: EntityState,
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

/**
 * installed: the new version is seen to run · in_progress: seen to be installing · unknown: the home took it, or its link broke,
 * and neither was seen since; an update of Home Assistant itself looks so while it restarts.
 */
export type InstallOutcome = 'installed' | 'in_progress' | 'unknown';

export interface InstallOptions {
  readonly withBackup: boolean;
  /** How long to wait for its end; the home goes on with it afterwards. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/** Home Assistant answers when the update has ended; what shows only after a restart of its own shows no sooner by waiting. */
const AFTER_ANSWER_MS = 5_000;

/** Starts an update, once, and waits for the state that shows the new version. @throws Fault with Home Assistant's reason when it does not start or fails */
export async function installUpdate(
  view: View,
  { entityId, latestVersion }: Update,
  { withBackup, waitMs, signal }: InstallOptions,
): Promise<InstallOutcome> {
  const over = new AbortController();
  const ending = AbortSignal.any([signal, over.signal]);
  const isDone = (state: EntityState | undefined) =>
    state !== undefined && isInstalled(updateOf(state, undefined), latestVersion);
  try {
    const proof = waitForState(view, entityId, isDone, { deadlineMs: waitMs, signal: ending }).catch(overlookLinkFault);
    const patience = sendInstall(view, entityId, withBackup, { deadlineMs: waitMs, signal }).then((isAnswered) =>
      isAnswered ? Promise.race([proof, pause(AFTER_ANSWER_MS, ending)]) : proof,
    );
    if (await Promise.race([proof, patience])) return 'installed';
    const now = (await listUpdates(view).catch(overlookLinkFault))?.get(entityId);
    if (now && isInstalled(now, latestVersion)) return 'installed';
    return now?.isInProgress ? 'in_progress' : 'unknown';
  } finally {
    over.abort();
  }
}

/** A home that restarts to finish an update is away for a while. */
function overlookLinkFault(error: unknown): undefined {
  if (!(error instanceof Fault)) throw error;
}

async function pause(ms: number, signal: AbortSignal): Promise<undefined> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}

/** True when the home answered, false when the answer was lost or time ran out. */
async function sendInstall(
  view: View,
  entityId: string,
  withBackup: boolean,
  options: { readonly deadlineMs: number; readonly signal: AbortSignal },
): Promise<boolean> {
  const data = withBackup ? { backup: true } : {};
  try {
    await callService(view, 'update', 'install', { data, target: { entity_id: entityId }, ...options });
    return true;
  } catch (error) {
    if (error instanceof Fault && error.outcomeUnknown && !options.signal.aborted) return false;
    throw error;
  }
}

function isInstalled({ installedVersion, isInProgress }: Update, wanted: string | null): boolean {
  return !isInProgress && installedVersion !== null && installedVersion === wanted;
}
