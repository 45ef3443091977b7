import { configHash } from '@hub/core/canonical-json.ts';
import { readConfigItem } from '@hub/ha/config-files.ts';
import { readRunningConfig } from '@hub/ha/running-config.ts';
import type { View } from '@hub/ha/view.ts';
import { z } from 'zod';
import { categoryOf } from './config-category.ts';
import { itemNotFound, notEditable } from './config-faults.ts';
import type { Config, ConfigKind } from './config-kinds.ts';
import { type ResolvedItem, resolveItem } from './config-resolve.ts';
import { isLoaded } from './config-wait.ts';

export const configShape = z.record(z.string(), z.unknown());

export interface GotConfig {
  readonly item: ResolvedItem;
  readonly config: Config;
  readonly hash: string;
  readonly category: string | undefined;
  readonly warnings: readonly string[];
}

/**
 * An item's configuration in its one form, with its hash. What is defined in YAML by hand is shown too, and said to be read-only.
 * @throws Fault RESOURCE_NOT_FOUND | ENTITY_NOT_FOUND | CONFIG_NOT_FOUND
 */
export async function getConfig(home: View, kind: ConfigKind, identifier: string): Promise<GotConfig> {
  const item = await resolveItem(home, kind, identifier);
  const stored = await readStored(home, kind, item.id);
  const found = stored ?? (await readLoaded(home, kind, item));
  if (!found)
    throw isLoaded(item.state)
      ? notEditable(kind, identifier, item)
      : await itemNotFound(home, kind, identifier, kind.unknownCode);
  const config = kind.normalize(found);
  return {
    item,
    config,
    hash: configHash(config),
    category: await categoryOf(home, kind, item.entityId),
    warnings: stored
      ? []
      : [`This ${kind.kind} is defined in YAML by hand and can be read, but not changed or removed, from here.`],
  };
}

/** What the file behind Home Assistant's editor holds under an id. */
export async function readStored(home: View, kind: ConfigKind, id: string): Promise<Config | undefined> {
  const stored = await readConfigItem(home, kind.kind, id);
  return stored === undefined ? undefined : configShape.parse(stored);
}

async function readLoaded(
  home: View,
  { kind }: ConfigKind,
  { entityId, state }: ResolvedItem,
): Promise<Config | undefined> {
  if (kind === 'scene' || entityId === undefined || !isLoaded(state)) return undefined;
  return await readRunningConfig(home, kind, entityId);
}
