import { type Effect, highestEffect } from '@hub/core/effect.ts';
import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import { type ActionStep, actionSteps, hasTemplate } from './action-steps.ts';
import { kinOf } from './entity-kin.ts';
import { automationsNaming, isTriggeredBy } from './listening-automations.ts';
import { isRecord } from './selector.ts';
import { isSecureDomain, serviceEffect } from './service-effects.ts';
import { expandTarget, extractEntities, membersOf } from './targets.ts';
import type { View } from './view.ts';

type Json = Readonly<Record<string, unknown>>;

/** Scripts that call scripts are followed this deep; beyond it nobody reads along. */
const MAX_DEPTH = 5;
const ENTRANCES = new Set(['door', 'garage', 'gate']);
/** Buttons that a restart, an update or a search for the device hangs on. */
const SYSTEM_BUTTONS = new Set(['identify', 'restart', 'update']);
/** A media type under which speakers take spoken commands and routines, which may ask for anything. */
const SPOKEN_MEDIA = /^(custom|routine|sequence|skill|textcommand)$/i;
/** Services of `homeassistant` that act on entities of every kind. */
const ANY_KIND = new Set(['turn_on', 'turn_off', 'toggle']);

const configSchema = z.looseObject({ config: z.record(z.string(), z.unknown()) });
const substitutedSchema = z.looseObject({ substituted_config: z.record(z.string(), z.unknown()) });
const blueprintSchema = z.looseObject({ path: z.string(), input: z.record(z.string(), z.unknown()).default({}) });

/** What a call touches, with the configuration of scripts and automations and the members of scenes and groups. */
export type Reached = Map<string, unknown>;

interface Walk {
  readonly view: View;
  readonly reached: Reached;
  readonly depth: number;
  /** Entities judged already on this walk; what they can do is counted once, which also ends cycles. */
  readonly seen: Set<string>;
  /** What counts for a step that cannot be read, or is decided by a template. */
  readonly unread: Effect;
}

/**
 * The highest effect one service call can have on these (expanded) entities. A domain's own services reach only entities of that domain;
 * running a script, automation or scene counts as everything it may do. What cannot be read or is decided by a template is `secure`,
 * an unknown service `system`.
 * @param data the service's data; without it `scene.apply` is taken for the worst.
 * @param reached filled with what was judged.
 * @throws Fault CONNECTION_FAILED | WEBSOCKET_DISCONNECTED
 */
export async function actionEffect(
  action: string,
  entityIds: readonly string[],
  view: View,
  data: Json = {},
  reached: Reached = new Map(),
): Promise<Effect> {
  const walk = { view, depth: 0, seen: new Set<string>(), reached, unread: 'secure' } as const;
  return callEffect({ action: action.trim().toLowerCase(), entityIds, data }, walk);
}

/** The highest effect that running these steps can have, whether they are stored anywhere or not. @throws Fault as above */
export async function sequenceEffect(sequence: unknown, view: View, reached: Reached): Promise<Effect> {
  const walk = { view, depth: 1, seen: new Set<string>(), reached, unread: 'secure' } as const;
  return highestEffect(['control', ...(await stepEffects(sequence, walk))]);
}

/**
 * What it takes to write down an automation or script: `secure` when it is plain to read that it acts on a lock, an alarm or an
 * entrance, or may call anything, else `configure`. Templates of targets are not held against it, as half of all automations have some.
 * @throws Fault as above
 */
export async function writtenEffect(kind: 'script' | 'automation', config: Json, view: View): Promise<Effect> {
  const walk = { view, depth: 1, seen: new Set<string>(), reached: new Map(), unread: 'control' } as const;
  const effects = await stepEffects(sequenceOf(kind, (await filledIn(kind, config, view)) ?? {}), walk);
  return effects.includes('secure') ? 'secure' : 'configure';
}

function stepEffects(sequence: unknown, walk: Walk): Promise<Effect[]> {
  return Promise.all(actionSteps(sequence).map((step) => stepEffect(step, walk)));
}

function sequenceOf(kind: 'script' | 'automation', config: Json): unknown {
  return kind === 'script' ? config['sequence'] : (config['actions'] ?? config['action']);
}

interface Call {
  readonly action: string;
  /** Undefined: decided by a template, so possibly any. */
  readonly entityIds: readonly string[] | undefined;
  readonly data: Json;
}

async function callEffect({ action, entityIds, data }: Call, walk: Walk): Promise<Effect> {
  const [domain = '', service = ''] = action.split('.', 2);
  const own = serviceEffect(domain, service);
  if (action === 'scene.apply') return highestEffect([own, await snapshotEffect(data['entities'], walk)]);
  if (domain === 'script' && !isScriptService(service))
    return highestEffect([own, await entityEffect(await scriptOfService(service, walk.view), walk)]);
  if (own !== 'control' || isSwitchingOff(domain, service)) return own;
  if (action === 'media_player.play_media' && SPOKEN_MEDIA.test(mediaTypeOf(data))) return 'secure';
  if (entityIds === undefined) return reachesEntrances(domain, service) ? walk.unread : own;
  const isAnyKind = domain === 'homeassistant' && ANY_KIND.has(service);
  const reached = isAnyKind ? entityIds : entityIds.filter((id) => id.startsWith(`${domain}.`));
  return highestEffect([own, ...(await Promise.all(reached.map((id) => entityEffect(id, walk))))]);
}

function mediaTypeOf(data: Json): string {
  const { media } = data;
  return String((isRecord(media) ? media['media_content_type'] : undefined) ?? data['media_content_type'] ?? '').trim();
}

function isScriptService(service: string): boolean {
  return ['turn_on', 'turn_off', 'toggle', 'reload'].includes(service);
}

/** Stopping a script or disarming an automation sets nothing off. */
function isSwitchingOff(domain: string, service: string): boolean {
  return (domain === 'script' || domain === 'automation') && service === 'turn_off';
}

/** Could it, given the right entity, open something? */
function reachesEntrances(domain: string, service: string): boolean {
  return (
    ['automation', 'cover', 'group', 'scene', 'script'].includes(domain) ||
    (domain === 'homeassistant' && ANY_KIND.has(service))
  );
}

/** `script.good_night` runs the script stored under that key, whatever its entity is called by now. */
async function scriptOfService(service: string, view: View): Promise<string> {
  for (const entry of (await view.entities()).values()) {
    if (entry.platform === 'script' && entry.unique_id === service) return entry.entity_id;
  }
  return `script.${service}`;
}

async function entityEffect(entityId: string, walk: Walk): Promise<Effect> {
  if (walk.seen.has(entityId)) return 'read';
  walk.seen.add(entityId);
  const [domain = ''] = entityId.split('.', 1);
  if (isSecureDomain(domain)) return 'secure';
  if (domain === 'script' || domain === 'automation') return runEffect(domain, entityId, walk);
  const state = (await walk.view.states()).get(entityId);
  const members = membersOf(state);
  walk.reached.set(entityId, members.length > 0 ? members : null);
  if (domain === 'scene') return sceneEffect(entityId, walk);
  if (domain === 'cover' && (!state || ENTRANCES.has(String(state.attributes['device_class'])))) return 'secure';
  if (domain === 'button' && SYSTEM_BUTTONS.has(String(state?.attributes['device_class']))) return 'system';
  const [kin, automations] = await Promise.all([kinOf(entityId, walk.view), automationsNaming(entityId, walk.view)]);
  const touched = [...members, ...kin].map((id) => entityEffect(id, walk));
  const setOff = automations.map((id) => runEffect('automation', id, walk, entityId));
  return highestEffect(['control', ...(await Promise.all([...touched, ...setOff]))]);
}

/** A stored scene lists its entities; one of a bridge can only touch what that bridge brought. */
async function sceneEffect(entityId: string, walk: Walk): Promise<Effect> {
  const [states, entries] = await Promise.all([walk.view.states(), walk.view.entities()]);
  const members = membersOf(states.get(entityId));
  const configEntryId = entries.get(entityId)?.config_entry_id;
  const touched =
    members.length > 0
      ? members
      : [...entries.values()]
          .filter(
            (entry) =>
              configEntryId && entry.config_entry_id === configEntryId && !entry.entity_id.startsWith('scene.'),
          )
          .map((entry) => entry.entity_id);
  if (touched.length === 0) return walk.unread;
  return highestEffect(['control', ...(await Promise.all(touched.map((id) => entityEffect(id, walk))))]);
}

async function snapshotEffect(entities: unknown, walk: Walk): Promise<Effect> {
  if (!isRecord(entities) || hasTemplate(Object.keys(entities))) return walk.unread;
  return highestEffect(
    await Promise.all(Object.keys(entities).map((id) => entityEffect(id.trim().toLowerCase(), walk))),
  );
}

/** @param changed the entity whose change may set the automation off; without it, it is run. */
async function runEffect(
  domain: 'script' | 'automation',
  entityId: string,
  walk: Walk,
  changed?: string,
): Promise<Effect> {
  if (walk.depth >= MAX_DEPTH) return walk.unread;
  const config = await readConfig(domain, entityId, walk.view);
  walk.reached.set(entityId, config ?? null);
  if (!config) return walk.unread;
  if (changed !== undefined && !(await isTriggeredBy(config['triggers'] ?? config['trigger'], changed, walk.view)))
    return 'read';
  const sequence = sequenceOf(domain, config);
  if (sequence === undefined) return walk.unread;
  return highestEffect(['control', ...(await stepEffects(sequence, { ...walk, depth: walk.depth + 1 }))]);
}

async function stepEffect(step: ActionStep, walk: Walk): Promise<Effect> {
  switch (step.kind) {
    case 'event':
      return 'control';
    case 'unreadable':
      if (walk.unread === 'secure' || step.atMost === undefined) return walk.unread;
      return step.atMost === null ? 'secure' : stepEffect(step.atMost, walk);
    case 'device':
      return deviceStepEffect(step.domain, step.entityId, walk);
    case 'action': {
      const { action, selector, data } = step;
      const entityIds = step.isTemplated ? undefined : await reachedBy(selector, walk.view);
      return callEffect({ action, entityIds, data }, walk);
    }
  }
}

/** Device actions name their entity by its id or by its registry id; a phone's is a notification. */
async function deviceStepEffect(domain: string, entityId: string | undefined, walk: Walk): Promise<Effect> {
  if (domain === 'mobile_app') return 'control';
  const own = serviceEffect(domain, '');
  if (own !== 'control' || entityId === undefined) return own === 'control' && domain === 'cover' ? walk.unread : own;
  const known = await resolveEntity(entityId, walk.view);
  return known === undefined ? walk.unread : highestEffect([own, await entityEffect(known, walk)]);
}

/**
 * What a stored step acts on. The view's entity rules must not hide a garage door from this judgement, so anything but plain
 * entity ids is asked of the home itself; undefined when that is not possible.
 */
async function reachedBy(selector: Json, view: View): Promise<readonly string[] | undefined> {
  const { entity_id: given, ...indirect } = selector;
  const named = [given].flat().flatMap((one) => (typeof one === 'string' ? one.split(',') : []));
  const ids: string[] = [];
  for (const id of named) {
    const known = await resolveEntity(id.trim().toLowerCase(), view);
    if (known === undefined || known === 'all') return undefined;
    ids.push(known);
  }
  if (Object.keys(indirect).length === 0) {
    const { entityIds } = await expandTarget(view, { entity_id: ids });
    return [...new Set([...ids, ...entityIds])];
  }
  const extracted = await extractEntities(view, { ...indirect, ...(ids.length > 0 ? { entity_id: ids } : {}) });
  return extracted && [...ids, ...extracted];
}

/** Stored steps may name an entity by its registry id, 32 hex digits; undefined when the view knows none such. */
async function resolveEntity(id: string, view: View): Promise<string | undefined> {
  if (!/^[0-9a-f]{32}$/.test(id)) return id;
  for (const entry of (await view.entities()).values()) if (entry['id'] === id) return entry.entity_id;
  return undefined;
}

/** The stored configuration with a blueprint filled in; undefined when it cannot be read (no administrator, not there, broken). */
async function readConfig(domain: 'script' | 'automation', entityId: string, view: View): Promise<Json | undefined> {
  try {
    const { config } = configSchema.parse(
      await view.send({ type: `${domain}/config`, entity_id: entityId }, { isWrite: false }),
    );
    return await filledIn(domain, config, view);
  } catch (error) {
    // The home answered, but not with a configuration; a home that did not answer is the caller's to handle.
    if (error instanceof z.ZodError) return undefined;
    if (error instanceof Fault && 'ha_error_code' in error.context) return undefined;
    throw error;
  }
}

/** A configuration with its blueprint, if it uses one, filled in; undefined when that cannot be. Source: HA `blueprint/substitute`. */
async function filledIn(domain: 'script' | 'automation', config: Json, view: View): Promise<Json | undefined> {
  if (!('use_blueprint' in config)) return config;
  const blueprint = blueprintSchema.safeParse(config['use_blueprint']);
  if (!blueprint.success) return undefined;
  const { path, input } = blueprint.data;
  try {
    const answer = await view.send({ type: 'blueprint/substitute', domain, path, input }, { isWrite: false });
    return substitutedSchema.parse(answer).substituted_config;
  } catch (error) {
    if (error instanceof z.ZodError || (error instanceof Fault && 'ha_error_code' in error.context)) return undefined;
    throw error;
  }
}
