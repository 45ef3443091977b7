import { type Effect, exceeds, highestEffect } from '@hub/core/effect.ts';
import { actionEffect, type Reached } from '@hub/ha/effects.ts';
import { expandTarget } from '@hub/ha/targets.ts';
import type { View } from '@hub/ha/view.ts';
import type { Target, Tool } from '@hub/tools/define.ts';
import { splitSelector } from '@hub/tools/services/selector.ts';

/** Targets reach what the connector may see; what follows from them is judged by the whole home. */
interface Seen {
  readonly view: View;
  readonly whole: View;
}

export interface ExpandedEffect {
  readonly effect: Effect;
  /** Entities the call acts on, and the scripts and automations it would run as they stand. */
  readonly reached: Reached;
}

/**
 * What this very call can do: the tool's own effect, raised by what its targets expand to.
 * Opening one blind is `control`; opening the covers of an area with a garage door in it is `secure`.
 */
export async function expandedEffect(tool: Tool, input: unknown, home: Seen | undefined): Promise<ExpandedEffect> {
  const own = typeof tool.effect === 'string' ? tool.effect : tool.effect.of(input);
  const reached: Reached = new Map();
  if (!home) return { effect: own, reached };
  const targets = tool.targets?.(input) ?? [];
  const told = tool.effectIn ? [await tool.effectIn(input, home.whole, reached)] : [];
  const effects = await Promise.all(targets.map((target) => targetEffect(target, home, reached)));
  return { effect: highestEffect([own, ...told, ...effects]), reached };
}

/** Home Assistant reads a selector out of a service's data as well, whatever the tool meant its data for. */
async function targetEffect(
  { action, selector, data = {} }: Target,
  { view, whole }: Seen,
  reached: Reached,
): Promise<Effect> {
  const selectors = [selector, splitSelector(data).selector];
  const expanded = await Promise.all(selectors.map((one) => expandTarget(view, one)));
  const entityIds = new Set(expanded.flatMap((one) => one.entityIds));
  for (const id of entityIds) reached.set(id, null);
  return actionEffect(action, [...entityIds], whole, data, reached);
}

/** Effects whose intent must be stored before anything leaves for the home. */
export function isStoredFirst(effect: Effect): boolean {
  return exceeds(effect, 'control');
}
