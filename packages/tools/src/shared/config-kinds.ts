import type { FaultCode } from '@hub/core/fault-codes.ts';
import type { View } from '@hub/ha/view.ts';
import { normalizeAutomation, normalizeScript } from './config-normalize.ts';
import { checkReferences, checkSceneEntities, type ReferenceReport } from './config-references.ts';
import { checkAutomation, checkScene, checkScript } from './config-required.ts';

/** One item's configuration as Home Assistant stores it. */
export type Config = Readonly<Record<string, unknown>>;

export type ConfigSource = 'config' | 'python_transform';

/** What sets automations, scripts and scenes apart; everything else about them is one mechanism. */
export interface ConfigKind {
  readonly kind: 'automation' | 'script' | 'scene';
  /** Names the item in answers. */
  readonly idKey: 'automation_id' | 'script_id' | 'scene_id';
  /** Names the item in the call. */
  readonly parameter: 'identifier' | 'script_id' | 'scene_id';
  /** Platform of the registry entries that belong to stored items; a scene of a Hue bridge has another. */
  readonly platform: string;
  /** An entity id that names nothing: an item to be, or a slip of the pen? */
  readonly takesNewEntityId: boolean;
  readonly unknownCode: FaultCode;
  /** Home Assistant answers 400, not 404, when asked to delete what is not there. */
  readonly removeUnknownCode: FaultCode;
  /** The form in which the item is shown, hashed and written. */
  normalize(config: Config): Config;
  /** @throws Fault naming what is missing */
  check(config: Config, source: ConfigSource): void;
  /** Looks for services and entities that this home has not. */
  references(home: View, config: Config): Promise<ReferenceReport>;
}

export const AUTOMATION: ConfigKind = {
  kind: 'automation',
  idKey: 'automation_id',
  parameter: 'identifier',
  platform: 'automation',
  takesNewEntityId: false,
  unknownCode: 'RESOURCE_NOT_FOUND',
  removeUnknownCode: 'RESOURCE_NOT_FOUND',
  normalize: normalizeAutomation,
  check: checkAutomation,
  references: checkReferences,
};

export const SCRIPT: ConfigKind = {
  kind: 'script',
  idKey: 'script_id',
  parameter: 'script_id',
  platform: 'script',
  takesNewEntityId: true,
  unknownCode: 'RESOURCE_NOT_FOUND',
  removeUnknownCode: 'VALIDATION_FAILED',
  normalize: normalizeScript,
  check: checkScript,
  references: checkReferences,
};

export const SCENE: ConfigKind = {
  kind: 'scene',
  idKey: 'scene_id',
  parameter: 'scene_id',
  platform: 'homeassistant',
  takesNewEntityId: true,
  unknownCode: 'ENTITY_NOT_FOUND',
  removeUnknownCode: 'ENTITY_NOT_FOUND',
  normalize: (config) => config,
  check: checkScene,
  references: checkSceneEntities,
};
