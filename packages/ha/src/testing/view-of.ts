import { Fault } from '@hub/core/fault.ts';
import type { Command } from '../home.ts';
import type { Area, Device, EntityEntry, EntityState, Floor, Label } from '../records.ts';
import type { View } from '../view.ts';

export interface HomeContent {
  readonly states?: readonly EntityState[];
  readonly entities?: readonly EntityEntry[];
  readonly devices?: readonly Device[];
  readonly areas?: readonly Area[];
  readonly floors?: readonly Floor[];
  readonly labels?: readonly Label[];
  /** Answers to commands; a command without one is unknown to the home. */
  readonly answer?: (command: Command) => unknown;
}

/** A view over fixed content, for functions that only read one. */
export function viewOf(content: HomeContent): View {
  const refuse = () => Promise.reject(new Error('this view only answers reads and commands'));
  const by = <T>(rows: readonly T[] | undefined, keyOf: (row: T) => string) => {
    const map: ReadonlyMap<string, T> = new Map((rows ?? []).map((row) => [keyOf(row), row]));
    return () => Promise.resolve(map);
  };
  return {
    id: 'fixed',
    info: {
      ...{ state: 'running', haVersion: '2026.11.0', isAdmin: true, components: new Set(), timeZone: 'UTC' },
      ...{ locationName: 'Fixed', baseUrl: 'http://fixed', isSimulated: true },
    },
    async send(command) {
      const answer = content.answer?.(command);
      if (answer !== undefined) return answer;
      throw new Fault('COMPONENT_NOT_INSTALLED', 'unknown', { context: { ha_error_code: 'unknown_command' } });
    },
    subscribe: refuse,
    rest: refuse,
    supervisor: refuse,
    ready: () => Promise.resolve(),
    close: () => Promise.resolve(),
    states: by(content.states, (row) => row.entity_id),
    entities: by(content.entities, (row) => row.entity_id),
    devices: by(content.devices, (row) => row.id),
    areas: by(content.areas, (row) => row.area_id),
    floors: by(content.floors, (row) => row.floor_id),
    labels: by(content.labels, (row) => row.label_id),
    watch: () => ({ [Symbol.dispose]: () => undefined }),
  };
}

export function stateOf(entityId: string, attributes: Readonly<Record<string, unknown>> = {}): EntityState {
  const at = '2026-11-01T00:00:00.000+00:00';
  const context = { id: 'c', parent_id: null, user_id: null };
  return { entity_id: entityId, state: 'on', attributes, last_changed: at, last_updated: at, context };
}

export function entryOf(entityId: string, fields: Partial<EntityEntry> = {}): EntityEntry {
  return {
    ...{ entity_id: entityId, unique_id: entityId, platform: 'demo', name: null, original_name: null, icon: null },
    ...{ area_id: null, device_id: null, config_entry_id: null, disabled_by: null, hidden_by: null },
    ...{ entity_category: null, labels: [], categories: {} },
    ...fields,
  };
}

export function deviceOf(id: string, fields: Partial<Device> = {}): Device {
  return { id, name: id, name_by_user: null, area_id: null, disabled_by: null, labels: [], ...fields };
}

export function areaOf(id: string, fields: Partial<Area> = {}): Area {
  return { area_id: id, name: id, floor_id: null, icon: null, picture: null, aliases: [], labels: [], ...fields };
}
