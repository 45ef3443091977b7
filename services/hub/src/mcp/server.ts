import { Fault } from '@hub/core/fault.ts';
import { newId } from '@hub/core/ids.ts';
import {
  type CallToolResult,
  CLIENT_INFO_META_KEY,
  DEFAULT_NEGOTIATED_PROTOCOL_VERSION,
  type Implementation,
  McpServer,
  PROTOCOL_VERSION_META_KEY,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
  TRACEPARENT_META_KEY,
} from '@modelcontextprotocol/server';
import type { CallResult } from './call-result.ts';
import { serveResources } from './resources.ts';
import { risingProgress } from './rising-progress.ts';
import type {
  CallOutcome,
  CallParams,
  ClientInfo,
  InstallContext,
  Surface,
  ToolCall,
  ToolDescription,
} from './surface.ts';
import { createdTask, declaresTasks, type Era, faultError, serveTasks, TASKS } from './tasks.ts';

/** How long clients may keep the list; `list_changed` comes earlier when it changes. */
export const LIST_CACHE = { ttlMs: 60_000, cacheScope: 'private' } as const;

export interface EndpointLog {
  debug(facts: object, text: string): void;
  error(facts: object, text: string): void;
}

/** What is known of the caller besides the request itself. */
export interface CallerFacts {
  readonly era: Era;
  /** 2025-era only: newer clients say both with every request. */
  readonly clientInfo?: ClientInfo;
  readonly protocolVersion?: string;
  readonly conversation?: string;
  /** The `traceparent` HTTP header. */
  readonly traceParent?: string;
}

const TASK_CAPABILITIES = {
  modern: { extensions: { [TASKS]: {} } },
  legacy: { tasks: { cancel: {}, requests: { tools: { call: {} } } } },
} as const;

/** The SDK's server with low-level handlers: it builds no schemas and validates arguments only at the gate. */
class HubServer extends McpServer {
  #headerSchemas: ReadonlyMap<string, Record<string, unknown>>;

  constructor(info: Implementation, surface: Surface, era: Era) {
    super(info, {
      capabilities: {
        tools: { listChanged: true },
        ...(surface.resources ? { resources: {} } : {}),
        ...(surface.tasks ? TASK_CAPABILITIES[era] : {}),
      },
      instructions: surface.instructions(),
      cacheHints: {
        'tools/list': LIST_CACHE,
        'resources/list': LIST_CACHE,
        'resources/templates/list': LIST_CACHE,
        'resources/read': LIST_CACHE,
        'server/discover': LIST_CACHE,
      },
    });
    this.#headerSchemas = headerSchemas(surface);
  }

  /** The HTTP entry compares `Mcp-Param-*` headers with the arguments of tools whose schema asks for it. */
  override toolInputSchemaJson(name: string): Record<string, unknown> | undefined {
    return this.#headerSchemas.get(name);
  }
}

const headerSchemasByList = new WeakMap<readonly ToolDescription[], ReadonlyMap<string, Record<string, unknown>>>();

/** Only the schemas that name a header: walking a large schema on each call costs more than the call. */
export function headerSchemas(surface: Surface): ReadonlyMap<string, Record<string, unknown>> {
  const tools = surface.listTools();
  const known = headerSchemasByList.get(tools);
  if (known) return known;
  const found = new Map(
    tools
      .filter((tool) => JSON.stringify(tool.inputSchema).includes('"x-mcp-header"'))
      .map((tool) => [tool.name, { ...tool.inputSchema }]),
  );
  headerSchemasByList.set(tools, found);
  return found;
}

/** A server for one request. Cheap: about 10 µs. */
export function buildServer(info: Implementation, surface: Surface, caller: CallerFacts, log: EndpointLog): McpServer {
  const product = new HubServer(info, surface, caller.era);
  const { server } = product;
  const callTool: InstallContext['callTool'] = (params, context) => runTool(surface, params, context, caller, log);
  // Filled in by `fillToolList` when the answer is written.
  server.setRequestHandler('tools/list', () => ({ tools: [] }));
  server.setRequestHandler(
    'tools/call',
    async (request, context) => (await callTool(request.params, context)) as CallToolResult,
  );
  server.onerror = (error) => log.debug({ err: error, surface: surface.key }, 'mcp protocol');
  if (surface.resources) serveResources(server, surface.resources);
  if (surface.tasks)
    serveTasks(server, surface.tasks, caller.era, (error) => {
      throw protocolError(error, surface, log);
    });
  surface.install?.(server, { era: caller.era, callTool });
  return product;
}

async function runTool(
  surface: Surface,
  params: CallParams,
  context: ServerContext,
  caller: CallerFacts,
  log: EndpointLog,
): Promise<Readonly<Record<string, unknown>>> {
  const { _meta: meta, signal } = context.mcpReq;
  const envelope: Readonly<Record<string, unknown>> = context.mcpReq.envelope ?? {};
  const progress = progressOf(context, log);
  const clientInfo = clientInfoOf(envelope[CLIENT_INFO_META_KEY]) ?? caller.clientInfo;
  const traceParent = textOf(meta?.[TRACEPARENT_META_KEY]) ?? caller.traceParent;
  const takesTask = caller.era === 'modern' ? takesLongAsTask(surface, envelope) : takesAnyAsTask(surface, params);
  const outcome = await callSurface(
    surface,
    {
      name: params.name,
      args: params.arguments ?? {},
      signal,
      protocolVersion:
        textOf(envelope[PROTOCOL_VERSION_META_KEY]) ?? caller.protocolVersion ?? DEFAULT_NEGOTIATED_PROTOCOL_VERSION,
      ...(progress ? { progress } : {}),
      ...(takesTask ? { takesTask } : {}),
      ...(clientInfo ? { clientInfo } : {}),
      ...(caller.conversation === undefined ? {} : { conversation: caller.conversation }),
      ...(traceParent ? { traceParent } : {}),
    },
    log,
  );
  return answerOf(outcome, caller.era);
}

/** Since 2026-07-28 the server decides, and the client says with each request whether it understands. */
export function takesLongAsTask(surface: Surface, meta: Readonly<Record<string, unknown>>): ToolCall['takesTask'] {
  return surface.tasks && declaresTasks(meta) ? 'when long' : undefined;
}

/** On 2025-11-25 the client decides, for the tools whose list entry says so. @throws ProtocolError for any other */
function takesAnyAsTask(surface: Surface, { name, task }: CallParams): ToolCall['takesTask'] {
  if (!surface.tasks || task === undefined) return undefined;
  if (surface.listTools().some((tool) => tool.name === name && tool.execution)) return 'always';
  throw new ProtocolError(ProtocolErrorCode.MethodNotFound, `${name} cannot be called as a task.`);
}

/** As it is sent. */
export function answerOf({ task, ...result }: CallOutcome, era: Era): Readonly<Record<string, unknown>> {
  return task ? createdTask(task, result, era) : { ...result };
}

/**
 * The message of anything thrown here would reach the client verbatim, so nothing unexpected leaves it.
 * @throws ProtocolError for a tool that the surface does not know
 */
export async function callSurface(surface: Surface, call: ToolCall, log: EndpointLog): Promise<CallOutcome> {
  try {
    return await surface.callTool(call);
  } catch (error) {
    if (error instanceof Fault && error.code === 'TOOL_NOT_AVAILABLE') {
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, error.message, {
        code: error.code,
        suggestions: error.suggestions,
      });
    }
    if (error instanceof Fault) return failure(error);
    const callId = newId();
    log.error({ err: error, surface: surface.key, callId }, 'unexpected error in a tool call');
    return failure(
      new Fault('INTERNAL_ERROR', 'An unexpected error occurred in the hub.', {
        suggestion: `Try again; if it stays, tell the operator this call id: ${callId}`,
      }),
    );
  }
}

/** For requests whose answer knows no failure: the fault itself, or that something unexpected happened and nothing more. */
function protocolError(error: unknown, surface: Surface, log: EndpointLog): ProtocolError {
  if (error instanceof ProtocolError) return error;
  if (error instanceof Fault) return faultError(error);
  log.error({ err: error, surface: surface.key }, 'unexpected error in a request');
  return new ProtocolError(ProtocolErrorCode.InternalError, 'An unexpected error occurred in the hub.');
}

/** Only when asked for. */
function progressOf(context: ServerContext, log: EndpointLog) {
  const progressToken = context.mcpReq._meta?.progressToken;
  if (progressToken === undefined) return undefined;
  const rising = risingProgress();
  return (done: number, total: number | undefined, message: string | undefined) => {
    const told = context.mcpReq.signal.aborted ? undefined : rising(done, total, message);
    if (!told) return;
    context.mcpReq
      .notify({ method: 'notifications/progress', params: { progressToken, ...told } })
      .catch((error) => log.debug({ err: error }, 'progress not sent'));
  };
}

function failure(fault: Fault): CallResult {
  const [suggestion] = fault.suggestions;
  const body = {
    success: false,
    error: { code: fault.code, message: fault.message, ...(suggestion ? { suggestion } : {}) },
    ...fault.context,
  };
  return { content: [{ type: 'text', text: JSON.stringify(body) }], structuredContent: body, isError: true };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function clientInfoOf(value: unknown): ClientInfo | undefined {
  if (typeof value !== 'object' || value === null || !('name' in value) || !('version' in value)) return undefined;
  return { name: String(value.name), version: String(value.version) };
}
