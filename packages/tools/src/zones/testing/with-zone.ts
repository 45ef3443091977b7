import { runTool } from '../../testing/run-tool.ts';
import type { TestToolContext } from '../../testing/tool-context.ts';
import { tool as remove } from '../remove.ts';
import { tool as set } from '../set.ts';

/** A zone of the test's own, removed when `use` ends. */
export async function withZone(
  context: () => TestToolContext,
  fields: { readonly name: string; readonly latitude: number; readonly longitude: number },
  use: (zoneId: string, context: TestToolContext) => Promise<void>,
): Promise<void> {
  const made = context();
  const { zone_id: zoneId } = await runTool(set, fields, made);
  try {
    await use(zoneId, made);
  } finally {
    await runTool(remove, { zone_id: zoneId }, context()).catch(() => undefined);
  }
}
