import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '@hub/core/fault.ts';
import type { CallToolResult, Server, ServerContext } from '@modelcontextprotocol/server';
import type { CallResult } from '../../services/hub/src/mcp/call-result.ts';
import { answerOf } from '../../services/hub/src/mcp/server.ts';
import type { CallOutcome, InstallContext, ListKind, Surface, ToolCall } from '../../services/hub/src/mcp/surface.ts';
import { askingTools } from './fixture-asking.ts';
import { answer, fixedAnswers, schema2020, text, tool } from './fixture-content.ts';
import { installPrompts } from './fixture-prompts.ts';
import { installResources } from './fixture-resources.ts';
import { FixtureTasks } from './fixture-tasks.ts';

const word = { type: 'string' } as const;

const tools = [
  ...Object.keys(fixedAnswers)
    .filter((name) => name !== 'json_schema_2020_12_tool' && name !== 'test_header_param')
    .map((name) => tool(name, `Fixed answer ${name}.`)),
  tool('json_schema_2020_12_tool', 'Tool with JSON Schema 2020-12 features', schema2020),
  tool('test_header_param', 'A parameter that is also sent as a header.', {
    type: 'object',
    properties: { region: { ...word, 'x-mcp-header': 'Region' } },
    required: ['region'],
  }),
  tool('test_tool_with_logging', 'Sends log messages.'),
  tool('test_logging_tool', 'Sends a log message when the client asked for it.'),
  tool('test_tool_with_progress', 'Sends progress.'),
  tool('test_trigger_tool_change', 'Announces a changed tool list.'),
  tool('test_trigger_prompt_change', 'Announces a changed prompt list.'),
  tool('test_sampling', 'Asks the client for a completion.', {
    type: 'object',
    properties: { prompt: word },
    required: ['prompt'],
  }),
  tool('test_elicitation', 'Asks the user.', { type: 'object', properties: { message: word }, required: ['message'] }),
  ...Object.keys(askingTools)
    .filter((name) => name !== 'test_sampling' && name !== 'test_elicitation')
    .map((name) => tool(name, `Asks the client: ${name}.`)),
  tool('greet', 'Greets at once.', { type: 'object', properties: { name: word }, required: ['name'] }),
  tool('slow_compute', 'Takes its time.', { type: 'object', properties: { seconds: { type: 'number' }, label: word } }),
  tool('failing_job', 'Fails after a while.'),
  tool('protocol_error_job', 'Breaks.'),
  tool('confirm_delete', 'Asks before it deletes.', { type: 'object', properties: { filename: word } }),
  tool('multi_input', 'Asks two questions at once.'),
  tool('test_tool_with_task', 'Asks, then becomes a task.'),
];

/** A connector with everything the conformance suites look for. The hub offers only part of it; the protocol code under it is the hub's. */
export function fixtureSurface(): Surface {
  const events = new EventEmitter().setMaxListeners(100);
  const tasks = new FixtureTasks();
  return {
    key: 'conformance',
    asksClients: true,
    instructions: () => 'Fixture of the conformance suites.',
    tasks,
    listTools: () => tools,
    callTool: (call) => plainTool(call, events),
    onListChanged(listener: (kind: ListKind) => void) {
      events.on('changed', listener);
      return { [Symbol.dispose]: () => void events.off('changed', listener) };
    },
    install(server, context) {
      server.registerCapabilities({ logging: {} });
      installResources(server);
      installPrompts(server);
      installTools(server, context, tasks);
    },
  };
}

function installTools(server: Server, { callTool }: InstallContext, tasks: FixtureTasks): void {
  server.setRequestHandler('tools/call', async (request, context) => {
    const { name, arguments: args = {} } = request.params;
    const result =
      (await logging(name, context)) ??
      (await askingTools[name]?.(args, context)) ??
      taskOf(tasks.call(name, args, context)) ??
      (await callTool(request.params, context));
    return result as CallToolResult;
  });
}

/** A result as it is, a task as the hub gives it. */
function taskOf(outcome: CallOutcome | undefined) {
  return outcome && answerOf(outcome, 'modern');
}

async function plainTool({ name, args, progress }: ToolCall, events: EventEmitter): Promise<CallResult> {
  const fixed = fixedAnswers[name];
  if (fixed) return fixed;
  switch (name) {
    case 'greet':
      return answer(text(`Hello, ${String(args['name'])}!`));
    case 'test_tool_with_progress':
      for (const done of [0, 50, 100]) {
        progress?.(done, 100, undefined);
        await delay(20);
      }
      return answer(text('done'));
    case 'test_trigger_tool_change':
      events.emit('changed', 'tools');
      return answer(text('changed'));
    case 'test_trigger_prompt_change':
      events.emit('changed', 'prompts');
      return answer(text('changed'));
    default:
      throw new Fault('TOOL_NOT_AVAILABLE', `Unknown tool: ${name}`);
  }
}

async function logging(name: string, { mcpReq }: ServerContext): Promise<CallResult | undefined> {
  if (name !== 'test_tool_with_logging' && name !== 'test_logging_tool') return undefined;
  for (const message of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
    await mcpReq.log('info', message);
    await delay(20);
  }
  return answer(text('logged'));
}
