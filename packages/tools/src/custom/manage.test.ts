import { Fault } from '@hub/core/fault.ts';
import { describe, expect, it } from 'vitest';
import { runTool } from '../testing/run-tool.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { tool } from './manage.ts';

/** A context that answers each call with what was asked, and remembers it. */
function echoing() {
  const asked: unknown[] = [];
  const context = createToolContext({
    call: async (name, args) => {
      asked.push([name, args]);
      if (name === 'ha_refused') throw new Fault('EFFECT_NOT_ALLOWED', 'not here');
      return { success: true, args };
    },
  });
  return { context, asked };
}

describe('ha_manage_custom_tool', () => {
  it('runs a program whose calls are calls of our tools, however they are written', async () => {
    const { context, asked } = echoing();
    const code = `
total = 0
for n in range(3):
    answer = await call_tool('ha_get_state', {'entity_id': f'sensor.n{n}'})
    total += len(answer['args']['entity_id'])
ha_config_set_label(name='Night', color='red')
call_tool('ha_search', query='hall')
{'total': total, 'pairs': [(1, 'a')], 'keys': {1: None}}`;
    const { data } = await runTool(tool, { code, justification: 'three at once' }, context);
    expect(data).toEqual({
      result: { total: 27, pairs: [[1, 'a']], keys: { 1: null } },
      justification: 'three at once',
    });
    expect(asked).toEqual([
      ['ha_get_state', { entity_id: 'sensor.n0' }],
      ['ha_get_state', { entity_id: 'sensor.n1' }],
      ['ha_get_state', { entity_id: 'sensor.n2' }],
      ['ha_config_set_label', { name: 'Night', color: 'red' }],
      ['ha_search', { query: 'hall' }],
    ]);
  });

  it('a refused call is an error inside the program, which may go on', async () => {
    const { context } = echoing();
    const code = 'try:\n    ha_refused()\nexcept Exception as e:\n    seen = str(e)\nseen';
    const { data } = await runTool(tool, { code }, context);
    expect(data['result']).toBe('EFFECT_NOT_ALLOWED: not here');
    await expect(runTool(tool, { code: 'ha_refused()' }, context)).rejects.toMatchObject({
      code: 'SANDBOX_RUNTIME_ERROR',
    });
  });

  it.each([
    ['class A:\n    pass', 'SANDBOX_SYNTAX_UNSUPPORTED'],
    ['if', 'SANDBOX_SYNTAX_UNSUPPORTED'],
    ['1/0', 'SANDBOX_RUNTIME_ERROR'],
    ['nothing', 'SANDBOX_RUNTIME_ERROR'],
    ["open('/etc/passwd').read()", 'SANDBOX_RUNTIME_ERROR'],
    ["'a' * 20000000", 'SANDBOX_LIMIT_EXCEEDED'],
    ['def f(n):\n    return f(n)\nf(0)', 'SANDBOX_LIMIT_EXCEEDED'],
    ['for n in range(101):\n    ha_get_state()', 'SANDBOX_LIMIT_EXCEEDED'],
    ["ha_manage_custom_tool(code='1')", 'SANDBOX_RUNTIME_ERROR'],
  ])('%j ends with %s and an advice', async (code, expected) => {
    const { context } = echoing();
    await expect(runTool(tool, { code }, context)).rejects.toMatchObject({
      code: expected,
      suggestions: [expect.any(String)],
    });
  });

  it('an endless program ends with its call', async () => {
    const cancelled = new AbortController();
    const context = createToolContext({ signal: cancelled.signal, call: async () => cancelled.abort() });
    await expect(runTool(tool, { code: "call_tool('x', {})\nwhile True:\n    pass" }, context)).rejects.toMatchObject({
      code: 'SANDBOX_LIMIT_EXCEEDED',
    });
  });

  it('keeps a program under a name, lists it and runs it again', async () => {
    const { context, asked } = echoing();
    const code = "call_tool('ha_search', {'query': 'x'})\n'ran'";
    const kept = await runTool(tool, { code, justification: 'a search', save_as: 'my_search' }, context);
    expect(kept.data).toMatchObject({ result: 'ran', saved_as: 'my_search' });
    const { data } = await runTool(tool, { list_saved: true }, context);
    expect(data).toMatchObject({ count: 1, saved_tools: [{ name: 'my_search', justification: 'a search' }] });
    const again = await runTool(tool, { run_saved: 'my_search' }, context);
    expect(again.data).toEqual({ result: 'ran', saved_tool: 'my_search' });
    expect(asked).toHaveLength(2);
    await expect(runTool(tool, { run_saved: 'other' }, context)).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
      context: { saved_tools: ['my_search'] },
    });
  });

  it('a program that failed is not kept', async () => {
    const { context } = echoing();
    await expect(runTool(tool, { code: '1/0', save_as: 'broken' }, context)).rejects.toBeInstanceOf(Fault);
    expect((await runTool(tool, { list_saved: true }, context)).data['count']).toBe(0);
  });

  it.each([
    [{}],
    [{ code: '1', run_saved: 'a' }],
    [{ run_saved: 'a', save_as: 'b' }],
    [{ code: '1', save_as: 'No name' }],
  ])('%j is refused', async (args) => {
    const { context } = echoing();
    await expect(runTool(tool, args, context)).rejects.toMatchObject({ code: 'VALIDATION_INVALID_PARAMETER' });
  });

  it('leaves places for others when one connector runs all it may', async () => {
    const { promise: end, resolve } = Promise.withResolvers<unknown>();
    const started = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let n = 0;
    const of = (connectorId: string) => {
      const context = createToolContext({
        call: (name) => {
          if (name !== 'ha_wait') return Promise.resolve({ success: true });
          started[n++]?.resolve();
          return end;
        },
      });
      return Object.create(context, { caller: { value: { ...context.caller, connectorId } } });
    };
    const long = [1, 2].map(() => runTool(tool, { code: 'ha_wait()' }, of('greedy')));
    await Promise.all(started.map(({ promise }) => promise));
    await expect(runTool(tool, { code: '1' }, of('greedy'))).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await expect(runTool(tool, { code: '1' }, of('other'))).resolves.toMatchObject({ data: { result: 1 } });
    resolve({ success: true });
    await Promise.all(long);
  });
});
