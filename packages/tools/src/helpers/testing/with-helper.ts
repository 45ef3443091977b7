import { runTool } from '../../testing/run-tool.ts';
import type { TestToolContext } from '../../testing/tool-context.ts';
import { tool as remove } from '../remove.ts';
import { tool as set } from '../set.ts';

interface Made {
  readonly id: string;
  readonly entityId: string;
  readonly context: TestToolContext;
}

/** A helper of the test's own, removed when `use` ends. */
export async function withHelper(
  context: () => TestToolContext,
  args: Readonly<Record<string, unknown>> & { readonly helper_type: string; readonly name: string },
  use: (made: Made) => Promise<void>,
): Promise<void> {
  const made = context();
  const { data, entity_id: entityId } = await runTool(set, args, made);
  try {
    await use({ id: data.id ?? '', entityId: entityId ?? '', context: made });
  } finally {
    const target = { target: data.id, helper_type: args.helper_type, confirm: true };
    await runTool(remove, target, context()).catch(() => undefined);
  }
}
