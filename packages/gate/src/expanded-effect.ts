import { type Effect, exceeds, highestEffect } from '@hub/core/effect.ts';
import { actionEffect } from '@hub/ha/effects.ts';
import { expandTarget } from '@hub/ha/targets.ts';
import type { View } from '@hub/ha/view.ts';
import type { Target, Tool } from '@hub/tools/define.ts';

/**
 * What this very call can do: the tool's own effect, raised by what its targets expand to.
 * A lamp group is `control`; the same call on an area with a lock in it is `secure`.
 */
export async function expandedEffect(tool: Tool, input: unknown, view: View | undefined): Promise<Effect> {
  const own = typeof tool.effect === 'string' ? tool.effect : tool.effect.of(input);
  const targets = view && tool.targets ? tool.targets(input) : [];
  if (!view || targets.length === 0) return own;
  const effects = await Promise.all(targets.map((target) => targetEffect(target, view)));
  return highestEffect([own, ...effects]);
}

async function targetEffect(target: Target, view: View): Promise<Effect> {
  const { entityIds } = await expandTarget(view, target.selector);
  return actionEffect(target.action, entityIds, view, target.data);
}

/** Effects whose intent must be stored before anything leaves for the home. */
export function isStoredFirst(effect: Effect): boolean {
  return exceeds(effect, 'control');
}
