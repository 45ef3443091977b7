import type { ToolDescription } from './surface.ts';
import type { Era } from './tasks.ts';

/**
 * The SDK answers tools/list with an empty list, and the tools go in as text that was written once: a list of 70 kB
 * costs the SDK's codec, JSON and its copies 0.5 ms each time. A quote inside a string is escaped in JSON, so this
 * text is found only where the list belongs.
 */
const EMPTY_LIST = '"tools":[]';

const written = {
  modern: new WeakMap<readonly ToolDescription[], Buffer>(),
  legacy: new WeakMap<readonly ToolDescription[], Buffer>(),
};

/** Puts the tools into the answer to tools/list; an answer without a list, an error, stays as it is. */
export function fillToolList(answer: string, tools: readonly ToolDescription[], era: Era): Buffer {
  const at = answer.indexOf(EMPTY_LIST);
  if (at === -1) return Buffer.from(answer);
  const end = at + EMPTY_LIST.length;
  return Buffer.concat([Buffer.from(answer.slice(0, at)), listJson(tools, era), Buffer.from(answer.slice(end))]);
}

function listJson(tools: readonly ToolDescription[], era: Era): Buffer {
  const known = written[era].get(tools);
  if (known) return known;
  const json = Buffer.from(`"tools":${JSON.stringify(era === 'modern' ? tools.map(withoutExecution) : tools)}`);
  written[era].set(tools, json);
  return json;
}

/** Gone from the protocol with 2026-07-28. */
function withoutExecution({ execution: _, ...tool }: ToolDescription): ToolDescription {
  return tool;
}

export function isToolList(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'method' in message && message.method === 'tools/list';
}
