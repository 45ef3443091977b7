import { expect, it } from 'vitest';
import { describeRealHome } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './remove.ts';
import { tool as set } from './set.ts';

await describeRealHome('ha_config_remove_group', (context) => {
  it('removes a group, keeps it as an edit, and does not claim to remove one that is not there', async () => {
    const at = context();
    const object = { object_id: 'remove_group_test' };
    await runTool(set, { ...object, entities: ['light.bed_light'] }, at);
    const removed = await runTool(tool, object, at);
    expect(removed).toMatchObject({ entity_id: 'group.remove_group_test', object_id: 'remove_group_test' });
    expect(removed).not.toHaveProperty('partial');
    expect((await at.home.states()).has('group.remove_group_test')).toBe(false);
    expect(at.keptEdits.at(-1)).toMatchObject({
      item: { kind: 'group', id: 'remove_group_test' },
      before: { object_id: 'remove_group_test', entities: ['light.bed_light'] },
      after: undefined,
    });
    await expect(runTool(tool, object, at)).rejects.toMatchObject({ code: 'ENTITY_NOT_FOUND' });
  });

  it('refuses an entity id, and says the object id', async () => {
    await expect(runTool(tool, { object_id: 'group.kitchen' }, context())).rejects.toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
      context: { parameter: 'object_id' },
      suggestions: [expect.stringContaining(': kitchen.')],
    });
  });
});
