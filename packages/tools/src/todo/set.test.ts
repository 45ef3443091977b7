import { listTodoItems } from '@hub/ha/todo.ts';
import { expect, it } from 'vitest';
import { describeRealHome } from '../testing/each-home.ts';
import { withEntry, withTodoList } from '../testing/own-entry.ts';
import { runTool } from '../testing/run-tool.ts';
import type { TestToolContext } from '../testing/tool-context.ts';
import { tool } from './set.ts';

await describeRealHome('ha_set_todo_item', (context) => {
  async function inList(name: string, use: (entityId: string, at: TestToolContext) => Promise<void>): Promise<void> {
    const at = context();
    await withTodoList(at.home, name, (entityId) => use(entityId, at));
  }

  it('a new item comes back as the list shows it, kept under its own id, and its twin gets another uid', () =>
    inList('Set todo test add', async (entityId, at) => {
      const milk = { entity_id: entityId, summary: ' Milk ', description: 'two', due_datetime: '2027-03-01 10:00' };
      const added = await runTool(tool, milk, at);
      expect(added).toMatchObject({
        item: 'Milk',
        description: 'two',
        due_date: null,
        result: { summary: 'Milk', status: 'needs_action', description: 'two', due: '2027-03-01T10:00:00+01:00' },
      });
      expect(added).not.toHaveProperty('partial');
      const twin = await runTool(tool, { entity_id: entityId, summary: 'Milk', status: 'completed' }, at);
      expect(twin).toMatchObject({ result: { summary: 'Milk', status: 'completed' } });
      expect(twin.uid).not.toBe(added.uid);
      expect(at.keptEdits).toMatchObject([
        { item: { kind: 'todo_item', id: `${entityId}/${added.uid}` }, before: undefined, after: { uid: added.uid } },
        { item: { id: `${entityId}/${twin.uid}` }, after: { status: 'completed' } },
      ]);
    }));

  it('a change touches the given fields alone, and an empty text clears', () =>
    inList('Set todo test change', async (entityId, at) => {
      const item = { entity_id: entityId, item: 'Milk' };
      await runTool(tool, { entity_id: entityId, summary: 'Milk', description: 'two', due_date: '2027-03-01' }, at);
      const renamed = await runTool(tool, { ...item, rename: 'Oat milk', status: 'completed' }, at);
      expect(renamed).toMatchObject({
        item: 'Milk',
        updates: { rename: 'Oat milk', status: 'completed' },
        result: { summary: 'Oat milk', status: 'completed', description: 'two', due: '2027-03-01' },
      });
      expect(at.keptEdits.at(-1)).toMatchObject({
        item: { id: `${entityId}/${renamed.uid}` },
        before: { summary: 'Milk', status: 'needs_action' },
        after: { summary: 'Oat milk' },
      });
      const cleared = await runTool(tool, { ...item, item: String(renamed.uid), description: '', due_date: '' }, at);
      expect(cleared.result).not.toHaveProperty('due');
      expect(cleared).not.toHaveProperty('partial');
      const timed = { due_datetime: '2027-03-02T09:00:00Z' };
      expect((await runTool(tool, { ...item, item: 'Oat milk', ...timed }, at)).result).toMatchObject({
        due: '2027-03-02T10:00:00+01:00',
      });
    }));

  it('of several items with one title the open one is meant, with a word about it', () =>
    inList('Set todo test twins', async (entityId, at) => {
      await runTool(tool, { entity_id: entityId, summary: 'Milk', status: 'completed' }, at);
      const open = await runTool(tool, { entity_id: entityId, summary: 'Milk' }, at);
      const done = await runTool(tool, { entity_id: entityId, item: 'Milk', status: 'completed' }, at);
      expect(done).toMatchObject({ uid: open.uid, warnings: [expect.stringContaining('uid')] });
      const items = await listTodoItems(at.home, entityId);
      expect(items.map(({ status }) => status)).toEqual(['completed', 'completed']);
    }));

  it('refuses an unknown item with the titles there are, and a list that is not there', () =>
    inList('Set todo test unknown', async (entityId, at) => {
      await runTool(tool, { entity_id: entityId, summary: 'Milk' }, at);
      const args = { entity_id: entityId, item: 'milk', status: 'completed' };
      await expect(runTool(tool, args, at)).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
        context: { parameter: 'item', available_items: [{ summary: 'Milk', uid: expect.any(String) }] },
      });
      await expect(runTool(tool, { entity_id: 'todo.no_such_list', summary: 'X' }, at)).rejects.toMatchObject({
        code: 'ENTITY_NOT_FOUND',
      });
      expect(at.keptEdits).toHaveLength(1);
    }));

  it('what a list cannot keep is refused in the words of Home Assistant', async () => {
    const at = context();
    await withEntry(at.home, 'shopping_list', {}, async (entityId) => {
      const args = { entity_id: entityId, summary: 'Milk', due_date: '2027-03-01' };
      await expect(runTool(tool, args, at)).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
        message: expect.stringContaining('due_date'),
      });
      expect(at.keptEdits).toEqual([]);
    });
  });

  it.each([
    [{ summary: 'A', item: 'B' }, 'VALIDATION_INVALID_PARAMETER', 'summary'],
    [{ summary: 'A', rename: 'B' }, 'VALIDATION_INVALID_PARAMETER', 'rename'],
    [{ summary: ' ' }, 'VALIDATION_INVALID_PARAMETER', 'summary'],
    [{ item: 'A', rename: ' ' }, 'VALIDATION_INVALID_PARAMETER', 'rename'],
    [{ summary: 'A', due_date: 'tomorrow' }, 'VALIDATION_INVALID_PARAMETER', 'due_date'],
    [{ summary: 'A', due_date: '2027-02-30' }, 'VALIDATION_INVALID_PARAMETER', 'due_date'],
    [{ summary: 'A', due_datetime: '2027-03-01T25:00' }, 'VALIDATION_INVALID_PARAMETER', 'due_datetime'],
    [
      { summary: 'A', due_date: '2027-03-01', due_datetime: '2027-03-01T10:00' },
      'VALIDATION_INVALID_PARAMETER',
      'due_date',
    ],
    [{ item: 'A' }, 'VALIDATION_MISSING_PARAMETER', undefined],
    [{}, 'VALIDATION_MISSING_PARAMETER', undefined],
  ])('%j is refused before anything is asked', async (args, code, parameter) => {
    const at = context();
    const expected = { code, context: parameter === undefined ? {} : { parameter } };
    await expect(runTool(tool, { entity_id: 'todo.any', ...args }, at)).rejects.toMatchObject(expected);
  });
});
