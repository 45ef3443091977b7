import { type Json, slugOf } from './read.ts';

export function stamps(atMs: number): Json {
  return { created_at: atMs / 1000, modified_at: atMs / 1000 };
}

/** `given` holds what the caller set; the rest is what Home Assistant fills in. */
export function areaRow(name: string, given: Json, atMs: number): Json {
  const empty = { aliases: [], floor_id: null, humidity_entity_id: null, icon: null, labels: [], picture: null };
  return { area_id: slugOf(name), ...empty, temperature_entity_id: null, ...given, name, ...stamps(atMs) };
}

export function floorRow(name: string, given: Json, atMs: number): Json {
  return { floor_id: slugOf(name), aliases: [], icon: null, level: null, ...given, name, ...stamps(atMs) };
}

export function labelRow(name: string, given: Json, atMs: number): Json {
  return { label_id: slugOf(name), color: null, description: null, icon: null, ...given, name, ...stamps(atMs) };
}
