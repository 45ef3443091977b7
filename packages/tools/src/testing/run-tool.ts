import type { Tool, ToolContext } from '../define.ts';

/**
 * Runs a tool as the gate would, without its leniency: the input must fit the schema as it is, and so must the answer.
 * @throws ZodError for an input or answer that does not fit; Fault as the tool does
 */
export async function runTool<I, O>(tool: Tool<I, O>, args: unknown, context: ToolContext): Promise<O> {
  const input = tool.input.parse(args);
  const answer = await tool.run(input, context);
  tool.output.parse(answer);
  return answer;
}
