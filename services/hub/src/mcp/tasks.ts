import type { Fault } from '@hub/core/fault.ts';
import {
  CLIENT_CAPABILITIES_META_KEY,
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { CallResult } from './call-result.ts';
import { isObject } from './json-rpc.ts';

/** Tasks of 2026-07-28. Source: the specification of this extension; that of 2025-11-25 for the older kind. */
export const TASKS = 'io.modelcontextprotocol/tasks';
const RELATED = 'io.modelcontextprotocol/related-task';
/** What a model may be told while its task goes on. */
const IMMEDIATE = 'io.modelcontextprotocol/model-immediate-response';

/** Soon enough for a person who waits for work of minutes. */
const POLL_MS = 2_000;

export type Era = 'modern' | 'legacy';

/** A call that goes on after its request. */
export interface Task {
  readonly id: string;
  readonly status: 'working' | 'input_required' | 'completed' | 'cancelled';
  readonly message?: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Kept at least so long after `createdAt`. */
  readonly ttlMs: number;
  /** What the call answers, a failure included; there once it has ended. */
  readonly result?: CallResult;
  /** The call ended as an error of the protocol. */
  readonly error?: { readonly code: number; readonly message: string };
  /** What a client that answers by `tasks/update` is asked. */
  readonly inputRequests?: Readonly<Record<string, unknown>>;
}

/** The tasks of one connector; those of others do not exist for it. Methods may throw a Fault. */
export interface TaskShelf {
  find(id: string, signal: AbortSignal): Promise<Task | undefined>;
  /** The task once it has ended. */
  ended(id: string, signal: AbortSignal): Promise<Task | undefined>;
  /** Asks it to end, and gives it as it then is. One that ended stays as it is. */
  cancel(id: string, signal: AbortSignal): Promise<Task | undefined>;
  /** Missing where no task ever asks anything. */
  answer?(id: string, responses: Readonly<Record<string, unknown>>): Promise<void>;
}

/** The client takes a task for an answer to this very request. */
export function declaresTasks(meta: Readonly<Record<string, unknown>>): boolean {
  const capabilities = meta[CLIENT_CAPABILITIES_META_KEY];
  const extensions = isObject(capabilities) ? capabilities['extensions'] : undefined;
  return isObject(extensions) && isObject(extensions[TASKS]);
}

/** In place of a result: the task that the call goes on as. `content` is there because the SDK knows answers of tools by it. */
export function createdTask(task: Task, result: CallResult, era: Era): Record<string, unknown> {
  const { status: _, ...facts } = header(task, era);
  const { id: taskId } = task;
  if (era === 'modern') return { content: [], resultType: 'task', ...facts, taskId, status: 'working' };
  const [first] = result.content;
  const told = typeof first?.['text'] === 'string' ? { _meta: { [IMMEDIATE]: first['text'] } } : {};
  return { content: [], task: { ...facts, taskId, status: 'working' }, ...told };
}

const byId = z.object({ taskId: z.string() });

/** `fail` turns what a shelf throws into what the client may hear. */
export function serveTasks(server: Server, shelf: TaskShelf, era: Era, fail: (error: unknown) => never): void {
  const on: On = (method, handler) =>
    server.setRequestHandler(method, { params: byId }, async ({ taskId }, context) => {
      if (era === 'modern') requireDeclared(context);
      return await handler(taskId, context).catch(fail);
    });
  on('tasks/get', async (id, { mcpReq }) => detailed(known(await shelf.find(id, mcpReq.signal)), era));
  if (era === 'legacy') serveLegacy(shelf, on);
  else serveModern(server, shelf, on, fail);
}

function serveModern(server: Server, shelf: TaskShelf, on: On, fail: (error: unknown) => never): void {
  on('tasks/cancel', async (id, { mcpReq }) => {
    known(await shelf.cancel(id, mcpReq.signal));
    return { resultType: 'complete' };
  });
  const params = byId.extend({ inputResponses: z.record(z.string(), z.unknown()).optional() });
  server.setRequestHandler('tasks/update', { params }, async ({ taskId, inputResponses }, context) => {
    requireDeclared(context);
    const lifted: Readonly<Record<string, unknown>> = context.mcpReq.inputResponses ?? {};
    // Nobody is asked by a key that is not open, so what answers it is left aside.
    known(await shelf.find(taskId, context.mcpReq.signal).catch(fail));
    await shelf.answer?.(taskId, { ...inputResponses, ...lifted }).catch(fail);
    return { resultType: 'complete' };
  });
}

type On = (
  method: string,
  handler: (taskId: string, context: ServerContext) => Promise<Record<string, unknown>>,
) => void;

/** 2025-11-25: the result is fetched by a request of its own, which waits for it. */
function serveLegacy(shelf: TaskShelf, on: On): void {
  on('tasks/result', async (id, { mcpReq }) => {
    const { result, error } = known(await shelf.ended(id, mcpReq.signal));
    if (error) throw new ProtocolError(error.code, error.message);
    return { ...result, _meta: { ...result?._meta, [RELATED]: { taskId: id } } };
  });
  on('tasks/cancel', async (id, { mcpReq }) => {
    if (hasEnded(known(await shelf.find(id, mcpReq.signal)))) throw tooLate();
    const task = known(await shelf.cancel(id, mcpReq.signal));
    if (task.status === 'cancelled') return header(task, 'legacy');
    if (hasEnded(task)) throw tooLate();
    throw new ProtocolError(ProtocolErrorCode.InternalError, 'The task was asked to end and has not let go yet.');
  });
}

function detailed(task: Task, era: Era): Record<string, unknown> {
  if (era === 'legacy') return header(task, era);
  const { status, result, error, inputRequests } = task;
  return {
    resultType: 'complete',
    ...header(task, era),
    ...(status === 'completed' && result ? { result: { resultType: 'complete', ...result } } : {}),
    ...(error ? { error } : {}),
    ...(inputRequests ? { inputRequests } : {}),
  };
}

function header(task: Task, era: Era): Record<string, unknown> {
  const { id: taskId, message, createdAt, updatedAt, ttlMs } = task;
  return {
    taskId,
    status: statusOf(task, era),
    ...(message === undefined ? {} : { statusMessage: message }),
    ...{ createdAt: createdAt.toISOString(), lastUpdatedAt: updatedAt.toISOString() },
    ...(era === 'modern' ? { ttlMs, pollIntervalMs: POLL_MS } : { ttl: ttlMs, pollInterval: POLL_MS }),
  };
}

/** A tool's own failure is a failed task to the older clients, and a completed one with that result to newer ones. */
function statusOf({ status, result, error }: Task, era: Era): string {
  if (status !== 'completed') return status;
  return error || (era === 'legacy' && result?.isError) ? 'failed' : 'completed';
}

function hasEnded({ status }: Task): boolean {
  return status === 'completed' || status === 'cancelled';
}

function known(task: Task | undefined): Task {
  if (task) return task;
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'There is no such task of this connector.');
}

function tooLate(): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, 'The task has ended already.');
}

/** @throws ProtocolError -32021 */
export function requireDeclared({ mcpReq }: ServerContext): void {
  if (declaresTasks(mcpReq.envelope ?? {})) return;
  throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { extensions: { [TASKS]: {} } } });
}

/** What a fault says, as an error of the protocol. */
export function faultError({ code, message, suggestions }: Fault): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidRequest, message, { code, suggestions });
}
