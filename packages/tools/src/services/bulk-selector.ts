import { counted } from '@hub/core/counted.ts';
import { Fault } from '@hub/core/fault.ts';
import { expandTarget, membersOf } from '@hub/ha/targets.ts';
import type { View } from '@hub/ha/view.ts';
import { z } from 'zod';
import type { Target } from '../define.ts';
import { bulkService, validActions } from './bulk-actions.ts';
import { splitSelector } from './selector.ts';

const MAX_ENTITIES = 100;

/** All entities of one kind in areas or on floors, as each is there by itself: groups are taken apart, so that a member can be left out. */
export const bulkSelector = z.strictObject({
  domain: z.string().regex(/^[a-z_]+$/, 'a domain such as light'),
  area_ids: z.array(z.string()).optional(),
  floor_ids: z.array(z.string()).optional(),
  exclude_entity_ids: z.array(z.string()).optional(),
});

export type BulkSelector = z.infer<typeof bulkSelector>;

export interface Selected {
  readonly entityIds: readonly string[];
  readonly resolution: {
    readonly resolved_entity_ids: string[];
    readonly excluded_entity_ids: string[];
    readonly selected_area_ids: string[];
    readonly expanded_group_ids: string[];
    readonly counts: Readonly<Record<'resolved' | 'excluded' | 'groups_expanded' | 'hidden', number>>;
  };
  readonly warnings: readonly string[];
}

/** For the gate: what the selector may reach at most. What it reaches in the end is among that. */
export function selectorTargets(
  selector: BulkSelector,
  action: string,
  parameters: Readonly<Record<string, unknown>>,
): readonly Target[] {
  const service = bulkService(`${selector.domain}.any`, action, parameters);
  if (!service) return [];
  return [{ action: `${service.domain}.${service.service}`, selector: haSelector(selector), data: service.data }];
}

function haSelector({ area_ids, floor_ids, exclude_entity_ids }: BulkSelector): Record<string, unknown> {
  return {
    area_id: area_ids ?? [],
    floor_id: floor_ids ?? [],
    ...(exclude_entity_ids ? { exclude: { entity_id: exclude_entity_ids } } : {}),
  };
}

/** @throws Fault VALIDATION_FAILED for an action its domain has not, or parameters that name targets of their own */
export function checkSelector(
  { domain, area_ids = [], floor_ids = [] }: BulkSelector,
  action: string | undefined,
  parameters: Readonly<Record<string, unknown>>,
): asserts action is string {
  const actions = validActions(domain);
  if (action === undefined || !actions.includes(action))
    throw invalid('action', `\`action\`: ${domain} takes ${actions.join(', ')}.`, { valid_actions: actions });
  if (domain === 'group' || domain === 'scene')
    throw invalid('selector.domain', `\`selector.domain\`: a ${domain} is no device.`, {});
  if (area_ids.length + floor_ids.length === 0)
    throw invalid('selector', '`selector` needs area_ids or floor_ids.', {});
  if (Object.keys(splitSelector(parameters).selector).length > 0)
    throw invalid('parameters', '`parameters` name targets of their own; the selector alone does that.', {});
}

/** The entities meant, right now. @throws Fault VALIDATION_FAILED for ids that there are not, none or more than 100 entities */
export async function select(view: View, selector: BulkSelector): Promise<Selected> {
  const { domain, area_ids = [], floor_ids = [], exclude_entity_ids: excluded = [] } = selector;
  const [states, areas] = await Promise.all([view.states(), view.areas()]);
  const unknown = excluded.filter((id) => !states.has(id));
  if (unknown.length > 0)
    throw invalid('selector.exclude_entity_ids', `There is no entity ${unknown.join(', ')} to leave out.`, { unknown });
  const { entityIds, missing } = await expandTarget(view, haSelector(selector));
  if (missing.length > 0) {
    const known = [...areas.keys()].slice(0, 20);
    const named = missing.map(({ kind, id }) => `${kind} ${id}`).join(', ');
    throw invalid('selector', `There is no ${named} in this home.`, { missing, available_area_ids: known });
  }
  const roots = entityIds.filter((id) => id.startsWith(`${domain}.`));
  const out = takeApart(excluded, states);
  const all = takeApart(roots, states);
  const reached = [...all.leaves].filter((id) => !out.leaves.has(id) && !out.groups.has(id));
  const chosen = reached.filter((id) => id.startsWith(`${domain}.`) && states.has(id)).sort();
  const others = reached.length - chosen.length;
  if (chosen.length === 0) throw invalid('selector', `It reaches no ${domain}.`, { excluded });
  if (chosen.length > MAX_ENTITIES) {
    const message = `It reaches ${chosen.length} entities, more than ${MAX_ENTITIES}.`;
    throw invalid('selector', message, { resolved: chosen.length });
  }
  const selectedAreas = [...areas.values()].filter(
    ({ area_id: id, floor_id: floor }) => area_ids.includes(id) || (floor !== null && floor_ids.includes(floor)),
  );
  const left = [...out.leaves].filter((id) => all.leaves.has(id) || excluded.includes(id)).sort();
  return {
    entityIds: chosen,
    resolution: {
      resolved_entity_ids: chosen,
      excluded_entity_ids: left,
      selected_area_ids: selectedAreas.map(({ area_id: id }) => id),
      expanded_group_ids: [...all.groups].sort(),
      counts: { resolved: chosen.length, excluded: left.length, groups_expanded: all.groups.size, hidden: 0 },
    },
    warnings:
      others > 0
        ? [`${counted(others, 'member of a group is', 'members of groups are')} of another kind and left out.`]
        : [],
  };
}

/** Groups of any kind down to what they are made of; one that holds itself ends there. */
function takeApart(ids: readonly string[], states: Awaited<ReturnType<View['states']>>) {
  const leaves = new Set<string>();
  const groups = new Set<string>();
  const waiting = [...ids];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (groups.has(id) || leaves.has(id)) continue;
    const members = membersOf(states.get(id));
    if (members.length === 0) leaves.add(id);
    else {
      groups.add(id);
      waiting.push(...members);
    }
  }
  return { leaves, groups };
}

function invalid(parameter: string, message: string, context: Readonly<Record<string, unknown>>): Fault {
  return new Fault('VALIDATION_FAILED', message, {
    suggestion: 'Look at it first with dry_run: true; ha_list_floors_areas has the ids.',
    context: { parameter, ...context },
  });
}
