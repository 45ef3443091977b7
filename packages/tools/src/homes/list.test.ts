import { describe, expect, it } from 'vitest';
import { runTool } from '../testing/run-tool.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { tool } from './list.ts';

describe('ha_list_homes', () => {
  const lake = { id: '1', slug: 'lake', name: 'Lake house', tags: ['summer'], isSimulated: false };

  it('gives every home with the slug to call it by, and its state where it is known', async () => {
    const homes = [
      { ...lake, state: 'running' as const },
      { ...lake, id: '2', slug: 'demo', isSimulated: true },
    ];
    const answer = await runTool(tool, {}, createToolContext({ homes }));
    const row = { id: '1', slug: 'lake', name: 'Lake house', tags: ['summer'], simulated: false, state: 'running' };
    expect(answer).toMatchObject({ success: true, count: 2, message: 'This connector reaches 2 homes.' });
    expect(answer.homes[0]).toEqual(row);
    expect(answer.homes[1]).toMatchObject({ slug: 'demo', simulated: true });
    expect(answer.homes[1]).not.toHaveProperty('state');
  });

  it('needs no home to answer', async () => {
    expect(await runTool(tool, {}, createToolContext())).toMatchObject({ count: 0, homes: [] });
  });
});
