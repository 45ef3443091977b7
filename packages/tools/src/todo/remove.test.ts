import { listTodoItems } from '@hub/ha/todo.ts';
import { expect, it } from 'vitest';
import { describeRealHome } from '../testing/each-home.ts';
import { withTodoList } from '../testing/own-entry.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './remove.ts';
import { tool as set } from './set.ts';

await describeRealHome('ha_remove_todo_item', (context) => {
  it('takes an item off by title or uid, and keeps what it was', async () => {
    const at = context();
    await withTodoList(at.home, 'Remove todo test', async (entityId) => {
      const { uid } = await runTool(set, { entity_id: entityId, summary: 'Milk', description: 'two' }, at);
      await runTool(set, { entity_id: entityId, summary: 'Bread' }, at);
      const removed = await runTool(tool, { entity_id: entityId, item: String(uid) }, at);
      expect(removed).toMatchObject({ uid, result: { summary: 'Milk' } });
      expect(removed).not.toHaveProperty('partial');
      expect(at.keptEdits.at(-1)).toMatchObject({
        item: { kind: 'todo_item', id: `${entityId}/${uid}` },
        before: { summary: 'Milk', description: 'two' },
        after: undefined,
      });
      await runTool(tool, { entity_id: entityId, item: 'Bread' }, at);
      expect(await listTodoItems(at.home, entityId)).toEqual([]);
      await expect(runTool(tool, { entity_id: entityId, item: 'Bread' }, at)).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
        context: { parameter: 'item', available_items: [] },
      });
    });
  });

  it('refuses what is no list, and one that is not there', async () => {
    const refused = (args: object) => expect(runTool(tool, args, context())).rejects;
    await refused({ entity_id: 'todo.no_such_list', item: 'Milk' }).toMatchObject({ code: 'ENTITY_NOT_FOUND' });
    await refused({ entity_id: 'light.bed_light', item: 'Milk' }).toMatchObject({
      context: { parameter: 'entity_id' },
    });
  });
});
