import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool as list } from './list.ts';
import { withHelper } from './testing/with-helper.ts';

const NAME = 'List helper test';

await describeHomes('ha_config_list_helpers', (context) => {
  it('pages run through the whole list', () =>
    withHelper(context, { name: NAME, helper_type: 'input_boolean' }, ({ context: ctx }) =>
      withHelper(context, { helper_type: 'input_boolean', name: `${NAME} two` }, async () => {
        const first = await runTool(list, { helper_type: 'input_boolean', limit: 1 }, ctx);
        expect(first).toMatchObject({ count: 1, offset: 0, has_more: true, next_offset: 1 });
        expect(first.total_count).toBeGreaterThan(1);
        const rest = await runTool(list, { helper_type: 'input_boolean', offset: first.next_offset }, ctx);
        expect(rest.count).toBe((first.total_count ?? 0) - 1);
        expect(rest).toMatchObject({ has_more: false, next_offset: null });
      }),
    ));

  it("'all' holds helpers of every type", () =>
    withHelper(context, { name: NAME, helper_type: 'schedule' }, async ({ id, context: ctx }) => {
      const { helpers } = await runTool(list, { helper_type: 'all', limit: 500 }, ctx);
      expect(helpers?.map((row) => row.helper_type)).toContain('person');
      expect(helpers).toContainEqual(expect.objectContaining({ helper_type: 'schedule', id }));
    }));
});
