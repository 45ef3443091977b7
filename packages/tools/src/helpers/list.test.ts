import { requestJson } from '@hub/ha/http.ts';
import type { View } from '@hub/ha/view.ts';
import { describeReal } from '@hub/real-home/describe-real.ts';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { describeHomes } from '../testing/each-home.ts';
import { openView } from '../testing/open-view.ts';
import { runTool } from '../testing/run-tool.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { tool as list } from './list.ts';
import { tool as remove } from './remove.ts';
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
        expect(rest.count).toBe(first.total_count - 1);
        expect(rest).toMatchObject({ has_more: false, next_offset: null });
      }),
    ));

  it("'all' holds helpers of every type", () =>
    withHelper(context, { name: NAME, helper_type: 'schedule' }, async ({ id, context: ctx }) => {
      const { helpers } = await runTool(list, { helper_type: 'all', limit: 500 }, ctx);
      expect(helpers.map((row) => row.helper_type)).toContain('person');
      expect(helpers).toContainEqual(expect.objectContaining({ helper_type: 'schedule', id }));
    }));
});

/** The dialogue of a helper that is an integration of its own, in one form. */
async function makeMinMax(view: View): Promise<string> {
  const flows = '/api/config/config_entries/flow';
  const step = await requestJson(view, { method: 'POST', path: flows, body: { handler: 'min_max' } });
  const path = `${flows}/${z.object({ flow_id: z.string() }).parse(step).flow_id}`;
  const body = { name: NAME, entity_ids: ['sensor.outside_temperature'], type: 'max', round_digits: 2 };
  const made = await requestJson(view, { method: 'POST', path, body });
  return z.object({ result: z.object({ entry_id: z.string() }) }).parse(made).result.entry_id;
}

await describeReal('helpers of a real home', (home) => {
  it('a helper kept as a config entry is listed with its entity, and not removed', async () => {
    await using open = await openView(home);
    const context = createToolContext({ view: open.view });
    const entryId = await makeMinMax(open.view);
    try {
      const { helpers } = await runTool(list, { helper_type: 'min_max' }, context);
      const row = { entry_id: entryId, name: NAME, entity_id: 'sensor.list_helper_test', editable: false };
      expect(helpers).toEqual([expect.objectContaining(row)]);
      const later = { code: 'VALIDATION_INVALID_PARAMETER', message: expect.stringContaining('later version') };
      for (const target of [entryId, 'sensor.list_helper_test'])
        await expect(runTool(remove, { target, confirm: true }, context)).rejects.toMatchObject(later);
    } finally {
      await requestJson(open.view, { method: 'DELETE', path: `/api/config/config_entries/entry/${entryId}` });
    }
  });
});
