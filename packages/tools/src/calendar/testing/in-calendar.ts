import { withCalendar } from '../../testing/own-entry.ts';
import { runTool } from '../../testing/run-tool.ts';
import type { TestToolContext } from '../../testing/tool-context.ts';
import { tool as list } from '../events.ts';

/** `use` works in an empty calendar, which is gone afterwards. */
export function inCalendar(
  context: () => TestToolContext,
  name: string,
  use: (entityId: string, at: TestToolContext) => Promise<void>,
): Promise<void> {
  const at = context();
  return withCalendar(at.home, name, (entityId) => use(entityId, at));
}

/** Its events of March 2027. */
export async function march(entityId: string, at: TestToolContext) {
  return (await runTool(list, { entity_id: entityId, start: '2027-03-01', end: '2027-04-01' }, at)).events;
}
