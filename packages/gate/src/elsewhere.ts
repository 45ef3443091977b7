import { type Effect, exceeds } from '@hub/core/effect.ts';
import { Fault } from '@hub/core/fault.ts';
import type { HomeAccess } from './connector-access.ts';

/** A refusal at one home of several, with the homes where the same tool is on. */
export function withPlaces(fault: Fault, lowest: Effect, places: readonly HomeAccess[]): Fault {
  if (places.length === 0 || !isAboutTool(fault, lowest)) return fault;
  const slugs = places.map(({ slug }) => slug);
  const more = slugs.length > 20 ? ` and ${slugs.length - 20} more` : '';
  return new Fault(fault.code, fault.message, {
    suggestion: [...fault.suggestions, `It is on at: ${slugs.slice(0, 20).join(', ')}${more}.`],
    context: { ...fault.context, on_at: slugs.slice(0, 20) },
    cause: fault,
  });
}

/** A lock refused to a tool that may switch lamps here is no matter of where the tool is on. */
function isAboutTool({ code, context }: Fault, lowest: Effect): boolean {
  if (code !== 'EFFECT_NOT_ALLOWED') return code === 'TOOL_NOT_AVAILABLE' || code === 'READ_ONLY_MODE';
  const { ceiling } = context;
  return typeof ceiling === 'string' && exceeds(lowest, ceiling as Effect);
}
