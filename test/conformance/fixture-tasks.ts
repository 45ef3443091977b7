import { randomBytes } from 'node:crypto';
import { ProtocolErrorCode, type ServerContext } from '@modelcontextprotocol/server';
import type { CallResult } from '../../services/hub/src/mcp/call-result.ts';
import type { CallOutcome } from '../../services/hub/src/mcp/surface.ts';
import { declaresTasks, requireDeclared, type Task, type TaskShelf } from '../../services/hub/src/mcp/tasks.ts';
import { form, type InputRequest, inputRequired, inputResponse } from './fixture-asking.ts';
import { answer, text } from './fixture-content.ts';

interface Open extends Task {
  status: Task['status'];
  updatedAt: Date;
  result?: CallResult;
  error?: { code: number; message: string };
  inputRequests?: Record<string, InputRequest>;
  work?: () => CallResult;
  timer?: NodeJS.Timeout;
}

/** Tasks in memory: enough for the suite, which looks at the wire only. */
export class FixtureTasks implements TaskShelf {
  #tasks = new Map<string, Open>();

  async find(taskId: string): Promise<Task | undefined> {
    return this.#tasks.get(taskId);
  }

  ended(): never {
    throw new Error('no scenario waits for a task of 2025-11-25');
  }

  async cancel(taskId: string): Promise<Task | undefined> {
    const task = this.#tasks.get(taskId);
    if (task && isOpen(task)) settle(task, { status: 'cancelled' });
    return task;
  }

  async answer(taskId: string, responses: Readonly<Record<string, unknown>>): Promise<void> {
    const task = this.#tasks.get(taskId);
    if (task?.status !== 'input_required' || !task.inputRequests) return;
    for (const key of Object.keys(responses)) delete task.inputRequests[key];
    if (Object.keys(task.inputRequests).length === 0 && task.work)
      settle(task, { status: 'completed', result: task.work() });
  }

  /** Runs a tool as a task; undefined when the tool is none that does. */
  call(name: string, args: Readonly<Record<string, unknown>>, context: ServerContext): CallOutcome | undefined {
    switch (name) {
      case 'slow_compute': {
        const result = answer(text(`done ${String(args['label'] ?? '')}`));
        // The one tool here that a client without tasks may call as well; the suite then asks for no delay.
        if (!declaresTasks(context.mcpReq.envelope ?? {})) return result;
        return this.#create(context, (task) => later(task, Number(args['seconds'] ?? 0) * 1000, () => result));
      }
      case 'failing_job':
        return this.#create(context, (task) =>
          later(task, 50, () => ({ isError: true, content: [text('the job failed')] })),
        );
      case 'protocol_error_job':
        return this.#create(context, (task) =>
          settle(task, {
            status: 'completed',
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

  #create(context: ServerContext, begin: (task: Open) => void): CallOutcome {
    requireDeclared(context);
    const at = new Date();
    const task: Open = { id: id(), status: 'working', createdAt: at, updatedAt: at, ttlMs: 60_000 };
    this.#tasks.set(task.id, task);
    begin(task);
    return { content: [], task };
  }
}

function id(): string {
  return randomBytes(16).toString('hex');
}

function isOpen(task: Open): boolean {
  return task.status === 'working' || task.status === 'input_required';
}

function settle(task: Open, outcome: Pick<Open, 'status'> & Partial<Pick<Open, 'result' | 'error'>>): void {
  clearTimeout(task.timer);
  delete task.inputRequests;
  Object.assign(task, outcome, { updatedAt: new Date() });
}

function later(task: Open, delayMs: number, work: () => CallResult): void {
  task.timer = setTimeout(() => settle(task, { status: 'completed', result: work() }), delayMs);
  task.timer.unref();
}

function ask(task: Open, requests: Readonly<Record<string, InputRequest>>, work: () => CallResult): void {
  Object.assign(task, { status: 'input_required', inputRequests: { ...requests }, work });
}
