import type { View } from '@hub/ha/view.ts';
import type { Tool } from '../define.ts';
import { PreviewReached, previewing } from '../undo/preview.ts';
import { runTool } from './run-tool.ts';
import { createToolContext, type TestToolContext } from './tool-context.ts';

type Args = Readonly<Record<string, unknown>>;

/** What a tool answers when it stops before its first write. */
export async function shownPreview(
  view: View,
  tool: Tool,
  args: Args,
  at: TestToolContext = createToolContext({ view }),
): Promise<Args> {
  const call = runTool(tool, { ...args, preview: true }, { ...at, home: view, edits: previewing(at.edits) });
  const error = await call.catch((one: unknown) => one);
  if (error instanceof PreviewReached) return error.body;
  throw error;
}
