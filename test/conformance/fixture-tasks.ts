import { randomBytes } from 'node:crypto';
import {
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { CallResult } from '../../services/hub/src/mcp/surface.ts';
import { capabilitiesOf, form, type InputRequest, inputRequired, inputResponse } from './fixture-asking.ts';
import { answer, text } from './fixture-content.ts';

const TASKS = 'io.modelcontextprotocol/tasks';

interface Task {
  readonly taskId: string;
  readonly createdAt: string;
  lastUpdatedAt: string;
  status: 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled';
  result?: CallResult;
  error?: { code: number; message: string };
  readonly pending: Map<string, InputRequest>;
  readonly answered: Map<string, unknown>;
  work?: (answers: ReadonlyMap<string, unknown>) => CallResult;
  timer?: NodeJS.Timeout;
}

/** The tasks extension in memory: enough for the suite, which looks at the wire only. */
export class FixtureTasks {
  #tasks = new Map<string, Task>();

  install(server: Server): void {
    server.registerCapabilities({ extensions: { [TASKS]: {} } });
    const byId = z.object({ taskId: z.string() });
    const update = z.object({ taskId: z.string(), inputResponses: z.record(z.string(), z.unknown()).optional() });
    server.setRequestHandler('tasks/get', { params: byId }, ({ taskId }, context) =>
      detailed(this.#task(taskId, context)),
    );
    server.setRequestHandler('tasks/cancel', { params: byId }, ({ taskId }, context) => {
      const task = this.#task(taskId, context);
      if (isOpen(task)) settle(task, { status: 'cancelled' });
      return { resultType: 'complete' };
    });
    server.setRequestHandler('tasks/update', { params: update }, ({ taskId, inputResponses }, context) => {
      const lifted: Readonly<Record<string, unknown>> = context.mcpReq.inputResponses ?? {};
      respond(this.#task(taskId, context), { ...inputResponses, ...lifted });
      return { resultType: 'complete' };
    });
  }

  /** Runs a tool as a task; undefined when the tool is none that does. */
  call(name: string, args: Readonly<Record<string, unknown>>, context: ServerContext): CallResult | undefined {
    switch (name) {
      case 'slow_compute': {
        const result = answer(text(`done ${String(args['label'] ?? '')}`));
        // The one tool here that a client without tasks may call as well; the suite then asks for no delay.
        if (!knowsTasks(context)) return result;
        return this.#create(context, (task) => later(task, Number(args['seconds'] ?? 0) * 1000, () => result));
      }
      case 'failing_job':
        return this.#create(context, (task) =>
          later(task, 50, () => ({ isError: true, content: [text('the job failed')] })),
        );
      case 'protocol_error_job':
        return this.#create(context, (task) =>
          settle(task, {
            status: 'failed',
            error: { code: ProtocolErrorCode.InternalError, message: 'The job broke.' },
          }),
        );
      case 'confirm_delete':
        return this.#create(context, (task) =>
          ask(task, { [id()]: form(`Delete ${String(args['filename'])}?`, { confirm: { type: 'boolean' } }) }, () =>
            answer(text('deleted')),
          ),
        );
      case 'multi_input':
        return this.#create(context, (task) =>
          ask(
            task,
            {
              [id()]: form('Name?', { name: { type: 'string' } }),
              [id()]: form('Sure?', { confirm: { type: 'boolean' } }),
            },
            () => answer(text('both received')),
          ),
        );
      case 'test_tool_with_task': {
        const response = inputResponse(context, 'user_name');
        if (!response) return inputRequired({ user_name: form('What is your name?', { name: { type: 'string' } }) });
        return this.#create(context, (task) =>
          later(task, 10, () => answer(text(`Hello, ${JSON.stringify(response['content'])}`))),
        );
      }
      default:
        return undefined;
    }
  }

  #create(context: ServerContext, begin: (task: Task) => void): CallResult {
    requireTasks(context);
    const now = new Date().toISOString();
    const task: Task = {
      taskId: id(),
      createdAt: now,
      lastUpdatedAt: now,
      status: 'working',
      pending: new Map(),
      answered: new Map(),
    };
    this.#tasks.set(task.taskId, task);
    begin(task);
    const created: object = { resultType: 'task', ...header(task), status: 'working' };
    return created as CallResult;
  }

  #task(taskId: string, context: ServerContext): Task {
    requireTasks(context);
    const task = this.#tasks.get(taskId);
    if (!task) throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'Unknown task');
    return task;
  }
}

function knowsTasks(context: ServerContext): boolean {
  return capabilitiesOf(context).extensions?.[TASKS] !== undefined;
}

function requireTasks(context: ServerContext): void {
  if (knowsTasks(context)) return;
  throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { extensions: { [TASKS]: {} } } });
}

function id(): string {
  return randomBytes(16).toString('hex');
}

function isOpen(task: Task): boolean {
  return task.status === 'working' || task.status === 'input_required';
}

function settle(task: Task, outcome: Pick<Task, 'status'> & Partial<Pick<Task, 'result' | 'error'>>): void {
  clearTimeout(task.timer);
  Object.assign(task, outcome, { lastUpdatedAt: new Date().toISOString() });
}

function later(task: Task, delayMs: number, work: () => CallResult): void {
  task.timer = setTimeout(() => settle(task, { status: 'completed', result: work() }), delayMs);
  task.timer.unref();
}

function ask(task: Task, requests: Readonly<Record<string, InputRequest>>, work: () => CallResult): void {
  for (const [key, request] of Object.entries(requests)) task.pending.set(key, request);
  task.status = 'input_required';
  task.work = work;
}

function respond(task: Task, responses: Readonly<Record<string, unknown>>): void {
  for (const [key, response] of Object.entries(responses)) {
    if (task.pending.delete(key)) task.answered.set(key, response);
  }
  if (task.status === 'input_required' && task.pending.size === 0 && task.work)
    settle(task, { status: 'completed', result: task.work(task.answered) });
}

function header(task: Task) {
  const { taskId, status, createdAt, lastUpdatedAt } = task;
  return { taskId, status, createdAt, lastUpdatedAt, ttlMs: 60_000, pollIntervalMs: 50 };
}

function detailed(task: Task): Record<string, unknown> {
  return {
    resultType: 'complete',
    ...header(task),
    ...(task.result ? { result: { resultType: 'complete', ...task.result } } : {}),
    ...(task.error ? { error: task.error } : {}),
    ...(task.status === 'input_required' ? { inputRequests: Object.fromEntries(task.pending) } : {}),
  };
}
