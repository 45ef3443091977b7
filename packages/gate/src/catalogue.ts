import { type Effect, exceeds } from '@hub/core/effect.ts';
import type { Tool } from '@hub/tools/define.ts';
import { withBackupHint } from './backup-hint.ts';
import type { ConnectorSettings } from './connector-access.ts';
import { type ListedTool, type PreparedTool, prepareTool } from './prepared-tool.ts';
import { SEARCH_TOOL, searchOver, searchToolsFor } from './search-tools.ts';
import { createToolIndex, type ToolIndex } from './tool-index.ts';

export interface Catalogue {
  get(name: string): PreparedTool | undefined;
  /** In name order, the same array for the same profile. */
  list(profile: Profile): readonly ListedTool[];
  /** ha_search_tools over what the list of this profile leaves out. */
  search(profile: Profile): PreparedTool;
  /** Equal for two profiles whose lists are the same, whatever the client. */
  keyOf(profile: Profile): string;
  readonly names: ReadonlySet<string>;
}

/** What decides which list a connector sees; never which homes. */
export interface Profile {
  readonly ceiling: Effect;
  readonly isReadOnly: boolean;
  readonly hasSeveralHomes: boolean;
  /** Off at every home; sorted. */
  readonly disabled: readonly string[];
  readonly isSearching: boolean;
  readonly pinned: readonly string[];
  readonly backupHint: ConnectorSettings['backupHint'];
}

interface Shaped {
  readonly listed: readonly ListedTool[];
  readonly hidden: readonly ListedTool[];
  search?: PreparedTool;
}

/** Lists are kept per profile; so many differ only where people set tools one by one. */
const MAX_PROFILES = 500;

/** Prepares all tools; done once per process (about 2 ms a tool). */
export function createCatalogue(tools: readonly Tool[]): Catalogue {
  const prepared = new Map(tools.map((tool) => [tool.name, prepareTool(tool)]));
  const sorted = [...prepared.values()].sort((a, b) => (a.tool.name < b.tool.name ? -1 : 1));
  const shapes = new Map<string, Shaped>();
  // A connector keeps its profile, so that a warm call writes no key.
  const shapeOf = new WeakMap<Profile, Shaped>();
  let index: ToolIndex | undefined;

  function shapedFor(profile: Profile): Shaped {
    const known = shapeOf.get(profile);
    if (known) return known;
    const key = keyOf(profile);
    let shaped = shapes.get(key);
    if (!shaped) {
      shaped = shape(sorted, profile);
      if (shapes.size > MAX_PROFILES) shapes.clear();
      shapes.set(key, shaped);
    }
    shapeOf.set(profile, shaped);
    return shaped;
  }

  return {
    get: (name) => prepared.get(name),
    names: new Set([...prepared.keys(), SEARCH_TOOL]),
    keyOf,
    list: (profile) => shapedFor(profile).listed,
    search(profile) {
      const shaped = shapedFor(profile);
      index ??= createToolIndex(sorted.map(({ listed }) => listed));
      shaped.search ??= searchOver(shaped.hidden, index);
      return shaped.search;
    },
  };
}

function keyOf(profile: Profile): string {
  return JSON.stringify([
    profile.ceiling,
    profile.isReadOnly,
    profile.hasSeveralHomes,
    profile.disabled,
    profile.isSearching && [...profile.pinned].sort(),
    profile.backupHint,
  ]);
}

function shape(sorted: readonly PreparedTool[], profile: Profile): Shaped {
  const all = sorted.filter((one) => isListed(one, profile)).map((one) => shown(one, profile));
  if (!profile.isSearching) return { listed: all, hidden: [] };
  const pinned = new Set([...profile.pinned, 'ha_list_homes']);
  const hidden = all.filter(({ name }) => !pinned.has(name));
  const listed = [...all.filter(({ name }) => pinned.has(name)), ...searchToolsFor(hidden)];
  return { listed: listed.map(withoutRepeats), hidden };
}

/** What a client takes for granted or the name says already: the short list has no room for it. */
function withoutRepeats({ outputSchema: _, title: __, ...tool }: ListedTool): ListedTool {
  const { additionalProperties: ___, ...inputSchema } = tool.inputSchema;
  const { readOnlyHint, destructiveHint, ...hints } = tool.annotations;
  return {
    ...tool,
    inputSchema,
    annotations: readOnlyHint ? { readOnlyHint, ...hints } : { destructiveHint, ...hints },
  };
}

function shown(one: PreparedTool, { hasSeveralHomes, backupHint }: Profile): ListedTool {
  const tool = hasSeveralHomes ? one.listedForSeveral : one.listed;
  const description = withBackupHint(tool.name, tool.description, backupHint);
  return description === tool.description ? tool : { ...tool, description };
}

/**
 * A connector that may configure sees every tool, so that a refused one can say how the owner allows it;
 * one held to reading or control sees only what it can use.
 */
/** Of no use where there is one home. */
const FOR_SEVERAL = new Set(['ha_list_homes', 'ha_fleet_run', 'ha_fleet_search', 'ha_fleet_status']);

function isListed({ tool, lowest }: PreparedTool, profile: Profile): boolean {
  if (profile.disabled.includes(tool.name)) return false;
  if (FOR_SEVERAL.has(tool.name) && !profile.hasSeveralHomes) return false;
  if (profile.isReadOnly) return lowest === 'read';
  return exceeds('configure', profile.ceiling) ? !exceeds(lowest, profile.ceiling) : true;
}
