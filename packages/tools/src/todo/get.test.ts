import { callService } from '@hub/ha/services.ts';
import { expect, it } from 'vitest';
import { describeRealHome } from '../testing/each-home.ts';
import { withTodoList } from '../testing/own-entry.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './get.ts';

await describeRealHome('ha_get_todo', (context) => {
  it('shows all lists, and the items of one by status', async () => {
    const at = context();
    await withTodoList(at.home, 'Get todo test', async (entityId) => {
      const target = { entity_id: entityId };
      await callService(at.home, 'todo', 'add_item', { target, data: { item: 'Milk', due_date: '2027-03-01' } });
      await callService(at.home, 'todo', 'add_item', { target, data: { item: 'Bread' } });
      await callService(at.home, 'todo', 'update_item', { target, data: { item: 'Bread', status: 'completed' } });
      const lists = await runTool(tool, {}, at);
      expect(lists.todo_lists).toHaveLength(lists.count);
      expect(lists.todo_lists).toContainEqual(
        expect.objectContaining({ entity_id: entityId, friendly_name: 'Get todo test', state: '1', icon: null }),
      );
      const milk = { summary: 'Milk', status: 'needs_action', due: '2027-03-01', uid: expect.any(String) };
      expect(await runTool(tool, { entity_id: entityId }, at)).toMatchObject({
        status_filter: null,
        count: 2,
        items: expect.arrayContaining([expect.objectContaining(milk)]),
      });
      expect(await runTool(tool, { entity_id: entityId, status: 'completed' }, at)).toMatchObject({
        status_filter: 'completed',
        count: 1,
        items: [{ summary: 'Bread' }],
      });
    });
  });

  it('refuses what is no list, and one that is not there', async () => {
    const refused = (entityId: string) => expect(runTool(tool, { entity_id: entityId }, context())).rejects;
    await refused('calendar.calendar_1').toMatchObject({ code: 'VALIDATION_INVALID_PARAMETER' });
    await refused('todo.no_such_list').toMatchObject({
      code: 'SERVICE_CALL_FAILED',
      context: { available_lists: expect.any(Array) },
    });
  });
});
