import { callService } from '@hub/ha/services.ts';
import { waitForEntity, waitForGone } from '@hub/ha/wait-for.ts';
import { expect, it } from 'vitest';
import { describeRealHome } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './list.ts';

const QUICK = { deadlineMs: 10_000 };

await describeRealHome('ha_config_list_groups', (context) => {
  it('shows groups with their members, page by page', async () => {
    const at = context();
    const make = async (objectId: string) => {
      const data = { object_id: objectId, name: objectId, icon: 'mdi:lamp', entities: ['light.bed_light'] };
      await callService(at.home, 'group', 'set', { data });
      await waitForEntity(at.home, ({ entity_id: id }) => id === `group.${objectId}`, QUICK);
    };
    await make('list_group_a');
    await make('list_group_b');
    const all = await runTool(tool, {}, at);
    expect(all.groups).toHaveLength(all.total_count);
    expect(all.groups).toContainEqual({
      entity_id: 'group.list_group_a',
      object_id: 'list_group_a',
      state: expect.stringMatching(/on|off/),
      friendly_name: 'list_group_a',
      icon: 'mdi:lamp',
      entity_ids: ['light.bed_light'],
      all: null,
      order: expect.any(Number),
    });
    const second = await runTool(tool, { limit: 1, offset: 1 }, at);
    expect(second).toMatchObject({ count: 1, offset: 1, groups: [all.groups[1]] });
    for (const objectId of ['list_group_a', 'list_group_b']) {
      await callService(at.home, 'group', 'remove', { data: { object_id: objectId } });
      await waitForGone(at.home, `group.${objectId}`, QUICK);
    }
  });
});
