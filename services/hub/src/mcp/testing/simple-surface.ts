import { EventEmitter, once } from 'node:events';
import { Fault } from '@hub/core/fault.ts';
import type { CallResult } from '../call-result.ts';
import type { ListKind, Surface, ToolCall, ToolDescription } from '../surface.ts';

const noArguments = { type: 'object', properties: {}, additionalProperties: false } as const;

export interface SimpleSurface extends Surface {
  /** Adds a tool and tells the listeners. */
  addTool(name: string): void;
  readonly calls: ToolCall[];
  /** Lets the tool `report` return, which has sent its progress. */
  release(): void;
  /** Resolves when the tool `wait` was called; its call ends only by its signal. */
  waiting(): Promise<ToolCall>;
  /** Resolves when the signal of a `wait` call aborted. */
  aborted(): Promise<void>;
  readonly listeners: number;
}

/** A connector with tools that echo, count and report with progress, wait for ever and fail. */
export function simpleSurface(key = 'simple'): SimpleSurface {
  let tools: readonly ToolDescription[] = ['echo', 'count', 'report', 'wait', 'broken', 'refused'].map((name) => ({
    name,
    description: `Test tool ${name}.`,
    inputSchema: name === 'echo' ? { type: 'object', properties: { text: { type: 'string' } } } : noArguments,
  }));
  const events = new EventEmitter();
  const changes = new Set<(kind: ListKind) => void>();
  const calls: ToolCall[] = [];
  return {
    key,
    calls,
    instructions: () => 'Tools for tests.',
    listTools: () => tools,
    async callTool(call) {
      calls.push(call);
      return run(call, events);
    },
    onListChanged(listener) {
      changes.add(listener);
      return { [Symbol.dispose]: () => void changes.delete(listener) };
    },
    addTool(name) {
      tools = [...tools, { name, description: `Test tool ${name}.`, inputSchema: noArguments }];
      for (const listener of changes) listener('tools');
    },
    release: () => void events.emit('released'),
    waiting: async () => (await once(events, 'waiting'))[0],
    aborted: async () => void (await once(events, 'aborted')),
    get listeners() {
      return changes.size;
    },
  };
}

async function run(call: ToolCall, events: EventEmitter): Promise<CallResult> {
  switch (call.name) {
    case 'echo':
      return text(String(call.args['text']));
    case 'count':
      for (const done of [1, 2, 3]) call.progress?.(done, 3, `step ${done}`);
      return text('3');
    case 'report': {
      const released = once(events, 'released');
      for (const done of [1, 2, 3]) call.progress?.(done, 3, `step ${done}`);
      await released;
      return text('reported');
    }
    case 'wait':
      call.signal.addEventListener('abort', () => events.emit('aborted'), { once: true });
      events.emit('waiting', call);
      return new Promise<CallResult>((_resolve, reject) => {
        call.signal.addEventListener('abort', () => reject(call.signal.reason), { once: true });
      });
    case 'refused':
      throw new Fault('READ_ONLY_MODE', 'This connector only reads.', { suggestion: 'Ask the owner for more.' });
    case 'broken':
      throw new Error('the password of the database is hunter2');
    default:
      throw new Fault('TOOL_NOT_AVAILABLE', `There is no tool ${call.name}.`, { suggestion: 'List the tools.' });
  }
}

function text(value: string): CallResult {
  return { content: [{ type: 'text', text: value }] };
}
