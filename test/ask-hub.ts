import { z } from 'zod';

const ANSWER = z.object({
  result: z.record(z.string(), z.unknown()).optional(),
  error: z.object({ code: z.number(), message: z.string() }).optional(),
});

const TOOL_RESULT = z.object({ isError: z.boolean().optional(), structuredContent: z.record(z.string(), z.unknown()) });

const FAULT = z.object({
  error: z.object({ code: z.string(), message: z.string(), suggestion: z.string().optional() }),
});

export interface ToolAnswer {
  readonly isError: boolean;
  readonly body: Readonly<Record<string, unknown>>;
  /** Of a failed call. */
  readonly fault: z.infer<typeof FAULT>['error'] | undefined;
}

/** The last message of a JSON or an event-stream answer. */
export function lastMessage(text: string): unknown {
  const lines = text.split('\n').filter((line) => line.startsWith('data: '));
  return JSON.parse(lines.at(-1)?.slice('data: '.length) ?? text);
}

/** One JSON-RPC request to a connector URL, without a session. @throws Error for any HTTP status but 200, and what fetch throws */
export async function rpc(url: string, method: string, params: object = {}, signal?: AbortSignal) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    ...(signal ? { signal } : {}),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`HTTP ${response.status}: ${text.slice(0, 500)}`);
  return ANSWER.parse(lastMessage(text));
}

/** Names of the tools a connector lists. */
export async function listTools(url: string): Promise<string[]> {
  const { result } = await rpc(url, 'tools/list');
  return z
    .object({ tools: z.array(z.object({ name: z.string() })) })
    .parse(result)
    .tools.map(({ name }) => name);
}

/** What the connector's configuration writes ask for. */
export async function bestPracticeKey(url: string): Promise<string> {
  const { body } = await callTool(url, 'ha_get_skill_guide');
  return /I-HAVE-READ[\w-]+/.exec(JSON.stringify(body))?.[0] ?? '';
}

/** @throws Error when the hub answers with a protocol error, or not at all */
export async function callTool(
  url: string,
  name: string,
  args: object = {},
  signal?: AbortSignal,
): Promise<ToolAnswer> {
  const { result, error } = await rpc(url, 'tools/call', { name, arguments: args }, signal);
  if (error) throw new Error(`${name}: ${error.code} ${error.message}`);
  const { isError = false, structuredContent: body } = TOOL_RESULT.parse(result);
  return { isError, body, fault: isError ? FAULT.parse(body).error : undefined };
}
