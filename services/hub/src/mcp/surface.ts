import type { Server, ServerContext } from '@modelcontextprotocol/server';
import type { CallResult } from './call-result.ts';
import type { ResourceShelf } from './resources.ts';
import type { Era, Task, TaskShelf } from './tasks.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** A tool as clients see it: plain JSON, built once. */
export interface ToolDescription {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema: { readonly type: 'object' };
  readonly outputSchema?: { readonly type: 'object' };
  readonly annotations?: object;
  /** For clients of 2025-11-25. */
  readonly execution?: { readonly taskSupport: 'optional' };
  readonly _meta?: JsonObject;
}

/** What a call came to: its result, or the task it goes on as, with what a client without tasks would have been told. */
export interface CallOutcome extends CallResult {
  readonly task?: Task;
}

export interface ClientInfo {
  readonly name: string;
  readonly version: string;
}

export interface ToolCall {
  readonly name: string;
  readonly args: JsonObject;
  /** Aborts when the client cancels, hangs up or loses its credential. */
  readonly signal: AbortSignal;
  /** There only when the client asked for progress. */
  readonly progress?: (done: number, total: number | undefined, message: string | undefined) => void;
  /** The client takes a task for an answer: when the work is long, or in any case. */
  readonly takesTask?: 'when long' | 'always';
  /** W3C `traceparent` of the caller: from `_meta`, else from the HTTP header. */
  readonly traceParent?: string;
  readonly clientInfo?: ClientInfo;
  /** Names the session of a 2025-era client; newer ones have none. */
  readonly conversation?: string;
  readonly protocolVersion: string;
}

export type ListKind = 'tools' | 'prompts' | 'resources';

export interface CallParams {
  readonly name: string;
  readonly arguments?: JsonObject | undefined;
  /** 2025-11-25: the client wants the call as a task. */
  readonly task?: unknown;
}

/** What `install` may build on. */
export interface InstallContext {
  readonly era: Era;
  /** The handler of tools/call this surface would have without `install`. */
  callTool(params: CallParams, context: ServerContext): Promise<JsonObject>;
}

/** What one connector offers to MCP clients; the endpoint knows nothing else about homes, policy or tools. */
export interface Surface {
  /** Stable id of the connector: one protocol handler and one set of event streams per key. */
  readonly key: string;
  /** Shown to the model once, at most 2 kB. */
  instructions(): string;
  /** What this client sees: the very same array until its list changes, in a fixed order. */
  listTools(client?: ClientInfo): readonly ToolDescription[];
  /** Differs when the list of any client would; without it the one list there is tells. */
  readonly listKey?: string;
  /**
   * Answers expected failures as a result with `isError`.
   * @throws Fault TOOL_NOT_AVAILABLE for a name it does not know, which clients get as a protocol error
   */
  callTool(call: ToolCall): Promise<CallOutcome>;
  /** Calls that go on as tasks, if there are any. */
  readonly tasks?: TaskShelf;
  /** Texts to read, if there are any. */
  readonly resources?: ResourceShelf;
  /** The listener hears of every change of a list until disposed. */
  onListChanged(listener: (kind: ListKind) => void): Disposable;
  /** Adds handlers and capabilities beyond tools, per request and before the server is connected. */
  install?(server: Server, context: InstallContext): void;
  /** True when handlers ask the client back (elicitation, sampling); costs 2025-era calls a replayed handshake. */
  readonly asksClients?: boolean;
}
