import { readConfigItem } from '@hub/ha/config-files.ts';
import { nameOf } from '@hub/ha/entity-index.ts';
import type { EntityEntry, EntityState } from '@hub/ha/records.ts';
import { readRunningConfig } from '@hub/ha/running-config.ts';
import type { View } from '@hub/ha/view.ts';
import { type BodyRequest, type Budget, readBodies } from './config-bodies.ts';
import type { SurfaceItems } from './config-item.ts';
import { dashboardItems } from './dashboard-items.ts';
import { helperItems } from './helper-items.ts';

export const CONFIG_SURFACES = ['automation', 'script', 'scene', 'helper', 'dashboard'] as const;

export type ConfigSurface = (typeof CONFIG_SURFACES)[number];

/** All items of one surface. @throws Fault when the surface as a whole cannot be read */
export async function readSurface(surface: ConfigSurface, home: View, budget: Budget): Promise<SurfaceItems> {
  switch (surface) {
    case 'helper':
      return helperItems(home, budget);
    case 'dashboard':
      return dashboardItems(home, budget);
    default:
      return entityItems(surface, home, budget);
  }
}

async function entityItems(
  surface: 'automation' | 'script' | 'scene',
  home: View,
  budget: Budget,
): Promise<SurfaceItems> {
  const [states, entries] = await Promise.all([home.states(), home.entities()]);
  const own = ofDomain(states, surface);
  const requests = own.flatMap((state): BodyRequest[] => {
    const read = readerOf(surface, home, state, entries.get(state.entity_id));
    // Home Assistant takes an entity away and makes a new one when its configuration changes, which is a change of state.
    return read ? [{ key: state.entity_id, version: state.last_changed, read }] : [];
  });
  const isAllowed = home.info.isAdmin || requests.length === 0;
  const { bodies, problems } = isAllowed
    ? await readBodies(states, requests, budget)
    : {
        bodies: new Map<string, object>(),
        problems: ["only names were searched: this home's token is no administrator's"],
      };
  const items = own.map((state) => ({
    row: rowOf(surface, state, entries.get(state.entity_id)),
    names: [state.entity_id, nameOf(state)],
    config: bodies.get(state.entity_id),
  }));
  return { items, problems };
}

/** Every search asks this three times of a home of thousands: nothing is copied but what is wanted. */
function ofDomain(states: ReadonlyMap<string, EntityState>, domain: string): readonly EntityState[] {
  const prefix = `${domain}.`;
  const own: EntityState[] = [];
  for (const state of states.values()) if (state.entity_id.startsWith(prefix)) own.push(state);
  return own;
}

function readerOf(
  surface: 'automation' | 'script' | 'scene',
  home: View,
  state: EntityState,
  entry: EntityEntry | undefined,
): BodyRequest['read'] | undefined {
  if (surface !== 'scene') return (signal) => readRunningConfig(home, surface, state.entity_id, { signal });
  const id = sceneId(state, entry);
  return id === undefined ? undefined : (signal) => readConfigItem(home, 'scene', id, { signal });
}

/** Scenes of a bridge have no configuration here. */
function sceneId({ attributes }: EntityState, entry: EntityEntry | undefined): string | undefined {
  if (entry) return entry.platform === 'homeassistant' ? entry.unique_id : undefined;
  return typeof attributes['id'] === 'string' ? attributes['id'] : undefined;
}

function rowOf(surface: ConfigSurface, state: EntityState, entry: EntityEntry | undefined): Record<string, unknown> {
  const { entity_id: id } = state;
  const row = { entity_id: id, friendly_name: nameOf(state) };
  if (surface === 'script') return { ...row, script_id: entry?.unique_id ?? id.slice('script.'.length) };
  if (surface === 'scene') return { ...row, scene_id: sceneId(state, entry) ?? null };
  return row;
}
