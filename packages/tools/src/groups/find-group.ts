import { Fault } from '@hub/core/fault.ts';
import type { EntityState } from '@hub/ha/records.ts';
import { z } from 'zod';
import type { ToolContext } from '../define.ts';
import { entityNotFound } from '../shared/entity-not-found.ts';

/** How long a write waits for the state that shows it. */
export const WAIT_MS = 10_000;

const attributesShape = z.looseObject({
  entity_id: z.array(z.string()),
  friendly_name: z.string().optional(),
  icon: z.string().optional(),
  order: z.number().optional(),
  /** Set on groups made by the action, not on those of YAML. */
  auto: z.boolean().optional(),
  all: z.boolean().optional(),
});

export interface Group {
  readonly entityId: string;
  readonly objectId: string;
  readonly state: string;
  readonly name: string | undefined;
  readonly icon: string | undefined;
  readonly entityIds: readonly string[];
  readonly order: number | undefined;
  readonly isFromYaml: boolean;
  /** Undefined where Home Assistant does not tell, which is always since 2026. */
  readonly isAllOn: boolean | undefined;
}

/** A group of the group integration; undefined for everything else that calls itself one. Source: HA `group/entity.py`. */
export function groupOf(state: EntityState | undefined): Group | undefined {
  const parsed = attributesShape.safeParse(state?.attributes);
  if (!state?.entity_id.startsWith('group.') || !parsed.success) return undefined;
  const { entity_id: entityIds, friendly_name: name, icon, order, auto, all } = parsed.data;
  return {
    entityId: state.entity_id,
    objectId: state.entity_id.slice('group.'.length),
    state: state.state,
    name,
    // A cleared icon stays as an empty text.
    icon: icon || undefined,
    entityIds,
    order,
    isFromYaml: auto !== true,
    isAllOn: all,
  };
}

/** What is kept of a group, in the words of the action that makes it again; undefined when there is none. */
export async function readKeptGroup({ home }: Pick<ToolContext, 'home'>, objectId: string) {
  const states = await home.states();
  const group = groupOf(states.get(`group.${objectId}`));
  if (!group) return undefined;
  const { name, icon, entityIds } = group;
  const all = group.isAllOn ?? needsAll(group, states);
  return { object_id: objectId, name, icon, entities: [...entityIds], ...(all === undefined ? {} : { all }) };
}

/** Home Assistant does not tell whether all members must be on; it shows while some are and some are not. */
function needsAll({ state, entityIds }: Group, states: ReadonlyMap<string, EntityState>): boolean | undefined {
  const members = entityIds.map((id) => states.get(id)?.state);
  const isMixed = members.includes('on') && members.includes('off');
  return isMixed ? state === 'off' : undefined;
}

/** @throws Fault VALIDATION_INVALID_PARAMETER for anything but the part behind the dot */
export function assertObjectId(objectId: string): void {
  if (/^[a-z0-9_]+$/.test(objectId)) return;
  const bare = objectId
    .trim()
    .toLowerCase()
    .replace(/^group\./, '')
    .replace(/[^a-z0-9_]+/g, '_');
  const what = objectId.includes('.') ? 'it is an entity id, with a dot' : `'${objectId}' is no object id`;
  throw new Fault('VALIDATION_INVALID_PARAMETER', `\`object_id\`: ${what}.`, {
    suggestion: `Write it without the domain, in small letters, digits and underscores${bare ? `: ${bare}` : ''}.`,
    context: { parameter: 'object_id', object_id: objectId },
  });
}

/** Home Assistant would take the action and only note it in its log. */
export function groupNotFound(objectId: string, states: ReadonlyMap<string, EntityState>): Fault {
  const groups = [...states.keys()].filter((id) => id.startsWith('group.'));
  const { message, context } = entityNotFound(`group.${objectId}`, groups);
  return new Fault('ENTITY_NOT_FOUND', message, {
    suggestion: [
      groups.length > 0 ? 'ha_config_list_groups shows the groups there are.' : 'This home has no such group.',
      'A group made as a helper (light.…, switch.…) is changed with ha_config_set_helper and ha_remove_helpers_integrations.',
    ],
    context,
  });
}
