import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import {
  createTaskSessionFromClient,
  type RawClientDispatch,
  type TaskEnabledSession,
  toolDeclarationFromMcpTool,
} from '@modelcontextprotocol/ext-tasks/client';
import { z } from 'zod';
import { lastMessage } from '../ask-hub.ts';

export type Era = '2026-07-28' | '2025-11-25';

export interface TaskClient extends AsyncDisposable {
  readonly session: TaskEnabledSession;
}

const me = { name: 'task-client', version: '1' };
const envelope = z.object({
  method: z.string(),
  params: z.looseObject({ name: z.string().optional(), taskId: z.string().optional() }),
});
const answer = z.object({
  result: z.json().optional(),
  error: z.object({ code: z.number(), message: z.string(), data: z.json().optional() }).optional(),
});

/** The protocol's own requester of tasks, over the SDK's client; its extension of 2026-07-28 is sent beside that, as the SDK knows no tasks. */
export async function openTasks(url: string, era: Era): Promise<TaskClient> {
  const client = new Client(me, { versionNegotiation: { mode: era === '2026-07-28' ? 'auto' : 'legacy' } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  const { tools } = await client.listTools();
  const declarations = new Map(tools.map((tool) => [tool.name, toolDeclarationFromMcpTool(tool)]));
  const own = { endpointId: 'hub', tools: { currentTool: (name: string) => declarations.get(name) } };
  const session =
    era === '2026-07-28'
      ? createTaskSessionFromClient(client, {
          ...own,
          rawDispatch: (request, options) => sendModern(url, request, options?.signal),
          v2RequestFraming: { protocolVersion: era, clientInfo: me, clientCapabilities: {} },
        })
      : createTaskSessionFromClient(client, own);
  return {
    session,
    async [Symbol.asyncDispose]() {
      await session.close();
      await client.close();
    },
  };
}

/** One request of 2026-07-28. @throws Error for a status that is no answer of the protocol */
export async function sendModern(url: string, request: unknown, signal?: AbortSignal): ReturnType<RawClientDispatch> {
  const { method, params } = envelope.parse(request);
  const name = params.name ?? params.taskId;
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(name === undefined ? {} : { 'mcp-name': name }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    ...(signal ? { signal } : {}),
  });
  const text = await response.text();
  const { result, error } = answer.parse(lastMessage(text));
  if (error) return { kind: 'error', error };
  if (result === undefined) throw new Error(`HTTP ${response.status}: ${text}`);
  return { kind: 'result', result };
}
