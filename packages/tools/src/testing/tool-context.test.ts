import { Fault } from '@hub/core/fault.ts';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { runTool } from './run-tool.ts';
import { createToolContext } from './tool-context.ts';

const item = { kind: 'automation', id: '1' };

describe('the tool context for tests', () => {
  it('keeps an edit with what stood before and after', async () => {
    const context = createToolContext();
    let stored: unknown = { alias: 'old' };
    await context.edits.change({
      item,
      read: async () => stored,
      write: async () => {
        stored = { alias: 'new' };
      },
    });
    expect(context.keptEdits).toEqual([{ item, before: { alias: 'old' }, after: { alias: 'new' } }]);
  });

  it('settles a lost answer by reading again', async () => {
    const context = createToolContext();
    let stored: unknown;
    const lose = () => Promise.reject(new Fault('WEBSOCKET_DISCONNECTED', 'lost', { outcomeUnknown: true }));
    const arrived = context.edits.change({
      item,
      read: async () => stored,
      write() {
        stored = { alias: 'new' };
        return lose();
      },
    });
    await expect(arrived).resolves.toMatchObject({ before: undefined, after: { alias: 'new' } });
    await expect(context.edits.change({ item, read: async () => stored, write: lose })).rejects.toThrow('lost');
    expect(context.keptEdits).toHaveLength(1);
  });

  it('refuses questions and a home that was not given', async () => {
    const context = createToolContext();
    await expect(context.ask({ title: 'Unlock?', reason: 'it is a lock' })).rejects.toMatchObject({
      code: 'USER_APPROVAL_REQUIRED',
    });
    expect(() => context.home).toThrow('no home');
  });

  it('keeps results apart by kind and gives copies', async () => {
    const { results } = createToolContext();
    const value = { state: 'pending' };
    const id = await results.put('operation', value, 1_000);
    value.state = 'changed by the caller';
    expect(await results.get('operation', id)).toEqual({ state: 'pending' });
    expect(await results.get('page', id)).toBeUndefined();
  });
});

describe('runTool', () => {
  const tool = defineTool({
    name: 'ha_echo',
    title: 'Echo',
    docs: 'Says it again.',
    tags: [],
    scope: 'home',
    effect: 'read',
    input: z.strictObject({ text: z.string() }),
    output: z.strictObject({ text: z.literal('fits') }),
    run: async ({ text }) => ({ text: text as 'fits' }),
  });

  it('refuses an input or an answer that does not fit', async () => {
    const context = createToolContext();
    await expect(runTool(tool, { text: 'fits' }, context)).resolves.toEqual({ text: 'fits' });
    await expect(runTool(tool, { text: 'fits', more: 1 }, context)).rejects.toThrow(z.ZodError);
    await expect(runTool(tool, { text: 'does not' }, context)).rejects.toThrow(z.ZodError);
  });
});
