import { expect, it } from 'vitest';
import { describeRealHome } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { groupOf } from './find-group.ts';
import { tool as remove } from './remove.ts';
import { tool } from './set.ts';

await describeRealHome('ha_config_set_group', (context) => {
  it('makes a group, changes its members and its looks, each kept as an edit', async () => {
    const at = context();
    const object = { object_id: 'set_group_test' };
    const membersNow = async () =>
      new Set(groupOf((await at.home.states()).get('group.set_group_test'))?.entityIds ?? []);
    const made = await runTool(tool, { ...object, entities: ['light.bed_light'], name: 'Set group test' }, at);
    expect(made).toMatchObject({ entity_id: 'group.set_group_test', updated_fields: ['entities', 'name'] });
    expect(made).not.toHaveProperty('partial');
    await runTool(tool, { ...object, add_entities: ['light.ceiling_lights'], icon: 'mdi:lamp', all_on: true }, at);
    expect(await membersNow()).toEqual(new Set(['light.bed_light', 'light.ceiling_lights']));
    await runTool(tool, { ...object, remove_entities: ['light.bed_light'] }, at);
    expect(await membersNow()).toEqual(new Set(['light.ceiling_lights']));
    const renamed = await runTool(tool, { ...object, name: 'Set group again', icon: '' }, at);
    expect(renamed).not.toHaveProperty('partial');
    expect(groupOf((await at.home.states()).get('group.set_group_test'))).toMatchObject({
      name: 'Set group again',
      icon: undefined,
    });
    expect(at.keptEdits[0]).toMatchObject({
      item: { kind: 'group', id: 'set_group_test' },
      before: undefined,
      after: { name: 'Set group test', entities: ['light.bed_light'] },
    });
    expect(at.keptEdits[2]).toMatchObject({ after: { entities: ['light.ceiling_lights'], icon: 'mdi:lamp' } });
    await runTool(remove, object, at);
  });

  it('a member that the home does not have is taken, with a word about it', async () => {
    const at = context();
    const object = { object_id: 'set_group_unknown' };
    const made = await runTool(tool, { ...object, entities: ['light.bed_light', 'light.no_such_one'] }, at);
    expect(made.warnings).toEqual([expect.stringContaining('light.no_such_one')]);
    await runTool(remove, object, at);
  });

  it.each([
    [{ object_id: 'group.x', entities: ['light.a'] }, { parameter: 'object_id' }],
    [{ object_id: 'Hall lights', entities: ['light.a'] }, { parameter: 'object_id' }],
    [{ object_id: '', entities: ['light.a'] }, { parameter: 'object_id' }],
    [{ object_id: 'x', entities: [] }, { parameter: 'entities' }],
    [
      { object_id: 'x', add_entities: ['light.a'], remove_entities: ['light.b'] },
      { provided_ops: ['add_entities', 'remove_entities'] },
    ],
    [{ object_id: 'x' }, { object_id: 'x' }],
    [{ object_id: 'set_group_never', name: 'without members' }, { parameter: 'entities' }],
  ])('%j is refused', async (args, expected) => {
    const at = context();
    const refused = { code: 'VALIDATION_INVALID_PARAMETER', context: expected };
    await expect(runTool(tool, args, at)).rejects.toMatchObject(refused);
    expect(at.keptEdits).toEqual([]);
  });

  it('members are taken out of a group that is there only', async () => {
    const args = { object_id: 'set_group_never', remove_entities: ['light.bed_light'] };
    await expect(runTool(tool, args, context())).rejects.toMatchObject({ code: 'ENTITY_NOT_FOUND' });
  });
});
