import { removeConfigEntry } from '@hub/ha/config-entries.ts';
import { runTool } from '../../testing/run-tool.ts';
import type { TestToolContext } from '../../testing/tool-context.ts';
import { tool as set } from '../set.ts';

/** An integration of the test's own, removed when `use` ends. */
export async function withIntegration(
  context: () => TestToolContext,
  domain: string,
  config: Readonly<Record<string, unknown>>,
  use: (made: { entryId: string; answer: Record<string, unknown>; context: TestToolContext }) => Promise<void>,
): Promise<void> {
  const ctx = context();
  const answer = await runTool(set, { domain, config }, ctx);
  const entryId = String(answer['entry_id']);
  try {
    await use({ entryId, answer, context: ctx });
  } finally {
    await removeConfigEntry(ctx.home, entryId).catch(() => false);
  }
}
