import type { LooseSpec } from './entity-spec.ts';
import { type Json, recordOf, slugOf, textOf } from './read.ts';

export type ItemKind = 'automation' | 'script' | 'scene';

export function isItemKind(kind: string): kind is ItemKind {
  return kind === 'automation' || kind === 'script' || kind === 'scene';
}

/** The entity that stands for a stored automation, script or scene. */
export function itemEntity(kind: ItemKind, id: string, config: Json): LooseSpec {
  const name = textOf(config[kind === 'scene' ? 'name' : 'alias'], id);
  const entityId = `${kind}.${kind === 'script' ? id : slugOf(name)}`;
  const base = { id: entityId, platform: kind === 'scene' ? 'homeassistant' : kind, uniqueId: id, name };
  const mode = textOf(config['mode'], 'single');
  if (kind === 'scene') {
    return { ...base, state: 'unknown', attributes: { entity_id: Object.keys(recordOf(config['entities'])), id } };
  }
  const run = { last_triggered: null, mode, current: 0 };
  if (kind === 'script') return { ...base, state: 'off', attributes: run };
  const isOn = config['initial_state'] !== false;
  return { ...base, state: isOn ? 'on' : 'off', attributes: { id, ...run } };
}
