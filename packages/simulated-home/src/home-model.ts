import type { CommunityStoreModel } from './community-store-model.ts';
import { curveState } from './curve.ts';
import { newUlid } from './identifiers.ts';
import { Overlay } from './overlay.ts';
import type { RadioState } from './radio-state.ts';
import type { Json } from './read.ts';
import type { SupervisorModel } from './supervisor/supervisor-model.ts';
import type { Context, DeviceEntry, EntityEntry, HomeTemplate, StateRecord } from './template.ts';

export interface StateChange {
  readonly entityId: string;
  readonly old: StateRecord | undefined;
  /** undefined when the entity left. */
  readonly now: StateRecord | undefined;
}

export interface HomeEvent {
  readonly event_type: string;
  readonly data: Json;
  readonly origin: 'LOCAL';
  readonly time_fired: string;
  readonly context: Context;
}

export interface Identity {
  readonly name: string;
  readonly instanceId: string;
  readonly userId: string;
  readonly version: string;
}

/** One home at run time. Built when its first client comes; until then only its template exists. */
export interface HomeModel {
  readonly identity: Identity;
  readonly template: HomeTemplate;
  readonly states: Overlay<StateRecord>;
  readonly entities: Overlay<EntityEntry>;
  readonly devices: Overlay<DeviceEntry>;
  readonly areas: Overlay<Json>;
  readonly floors: Overlay<Json>;
  readonly labels: Overlay<Json>;
  readonly categories: Overlay<Json>;
  readonly items: Overlay<Json>;
  readonly helpers: Overlay<Json>;
  readonly notifications: Overlay<Json>;
  readonly dashboards: Overlay<Json>;
  /** By URL path; `lovelace` is the first one. */
  readonly dashboardConfigs: Overlay<Json>;
  readonly traces: Overlay<readonly Json[]>;
  readonly backups: Overlay<Json>;
  readonly todos: Overlay<readonly Json[]>;
  /** Changes not given by a curve, oldest first: what history and logbook know beyond the curves. */
  readonly changes: StateChange[];
  /** Context of the last service that acted on an entity: only that one may settle it later. */
  readonly lastActs: Map<string, string>;
  readonly watchers: Set<(change: StateChange) => void>;
  readonly listeners: Map<string, Set<(event: HomeEvent) => void>>;
  readonly timers: Set<NodeJS.Timeout>;
  /** Who listens to the running backup, and its last event. */
  readonly backupListeners: Set<(event: Json) => void>;
  /** undefined where the home has no radios. */
  readonly radios: RadioState | undefined;
  lastBackupEvent: Json | null;
  isBackupRunning: boolean;
  /** Ends of backups that wait for their release; undefined while each ends by itself. */
  heldBackups: (() => void)[] | undefined;
  /** Undefined: a home without apps. */
  readonly supervisor: SupervisorModel | undefined;
  /** HACS or the marketplace; undefined: neither. */
  readonly communityStore: CommunityStoreModel | undefined;
}

const none = new Map<string, never>();
const keptChanges = 1000;

/** The parts that only some homes have. */
export interface Equipment {
  readonly supervisor?: SupervisorModel | undefined;
  readonly communityStore?: CommunityStoreModel | undefined;
  readonly radios?: RadioState | undefined;
}

export function openHome(template: HomeTemplate, identity: Identity, equipment: Equipment = {}): HomeModel {
  return {
    identity,
    template,
    states: new Overlay(template.states),
    entities: new Overlay(template.entities),
    devices: new Overlay(template.devices),
    areas: new Overlay(template.areas),
    floors: new Overlay(template.floors),
    labels: new Overlay(template.labels),
    categories: new Overlay(none),
    items: new Overlay(template.items),
    helpers: new Overlay(template.helpers),
    notifications: new Overlay(none),
    dashboards: new Overlay(none),
    dashboardConfigs: new Overlay(none),
    traces: new Overlay(none),
    backups: new Overlay(none),
    todos: new Overlay(none),
    changes: [],
    lastActs: new Map(),
    watchers: new Set(),
    listeners: new Map(),
    timers: new Set(),
    backupListeners: new Set(),
    radios: equipment.radios,
    lastBackupEvent: null,
    isBackupRunning: false,
    heldBackups: undefined,
    supervisor: equipment.supervisor,
    communityStore: equipment.communityStore,
  };
}

export function closeHome(home: HomeModel): void {
  for (const timer of home.timers) clearTimeout(timer);
  home.timers.clear();
}

/** Does something a moment later, as devices and reloads do; forgotten when the home closes, never keeps the process alive. */
export function later(home: HomeModel, delayMs: number, act: () => void): void {
  const timer = setTimeout(() => {
    home.timers.delete(timer);
    act();
  }, delayMs);
  timer.unref();
  home.timers.add(timer);
}

export function contextOf(userId: string | null, parentId: string | null = null): Context {
  return { id: newUlid(), parent_id: parentId, user_id: userId };
}

export function fireEvent(home: HomeModel, eventType: string, data: Json, context = contextOf(null)): void {
  const sets = [home.listeners.get(eventType), home.listeners.get('*')];
  if (sets.every((set) => set === undefined || set.size === 0)) return;
  const time_fired = pythonTime(Date.now());
  const event: HomeEvent = { event_type: eventType, data, origin: 'LOCAL', time_fired, context };
  for (const set of sets) for (const listen of set ?? []) listen(event);
}

function announce(home: HomeModel, change: StateChange, context: Context, isDrift: boolean): void {
  if (!isDrift) {
    home.changes.push(change);
    if (home.changes.length > keptChanges) home.changes.splice(0, keptChanges / 2);
  }
  for (const watch of home.watchers) watch(change);
  const old_state = change.old === undefined ? null : fullState(change.old);
  const isHeard = home.listeners.has('state_changed') || home.listeners.has('*');
  if (!isHeard) return;
  const new_state = change.now === undefined ? null : fullState(change.now);
  fireEvent(home, 'state_changed', { entity_id: change.entityId, old_state, new_state }, context);
}

/** Sets a state and tells everyone; nothing happens when neither state nor attributes differ. */
export function setState(
  home: HomeModel,
  entityId: string,
  state: string,
  attributes: Json,
  context = contextOf(null),
  isDrift = false,
): StateRecord {
  const old = home.states.get(entityId);
  const isSameState = old?.state === state;
  if (old !== undefined && isSameState && sameJson(old.attributes, attributes)) return old;
  const nowMs = Date.now();
  const changedMs = old !== undefined && isSameState ? old.changedMs : nowMs;
  const now: StateRecord = { entity_id: entityId, state, attributes, changedMs, updatedMs: nowMs, context };
  home.states.set(entityId, now);
  announce(home, { entityId, old, now }, context, isDrift);
  return now;
}

export function removeState(home: HomeModel, entityId: string): void {
  const old = home.states.get(entityId);
  if (old === undefined) return;
  home.states.delete(entityId);
  announce(home, { entityId, old, now: undefined }, contextOf(null), false);
}

/** Moves one sensor to where its curve is now. */
export function drift(home: HomeModel, entityId: string): void {
  const curve = home.template.curves.get(entityId);
  const old = home.states.get(entityId);
  if (curve === undefined || old === undefined || old.state === 'unavailable') return;
  setState(home, entityId, curveState(curve, entityId, Date.now()), old.attributes, contextOf(null), true);
}

function sameJson(one: Json, other: Json): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/** As Python prints a UTC time: microseconds and +00:00. */
export function pythonTime(atMs: number): string {
  return new Date(atMs).toISOString().replace('Z', '000+00:00');
}

export function fullState(record: StateRecord): Json {
  const { entity_id, state, attributes, context } = record;
  const updated = pythonTime(record.updatedMs);
  const times = { last_changed: pythonTime(record.changedMs), last_reported: updated, last_updated: updated };
  return { entity_id, state, attributes, ...times, context };
}
