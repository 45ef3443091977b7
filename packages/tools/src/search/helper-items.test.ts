import { requestJson } from '@hub/ha/http.ts';
import type { View } from '@hub/ha/view.ts';
import { describeReal } from '@hub/real-home/describe-real.ts';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { openView } from '../testing/open-view.ts';
import { runTool } from '../testing/run-tool.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { tool } from './search.ts';

const FLOW = '/api/config/config_entries/flow';
const stepSchema = z.looseObject({ flow_id: z.string() });
const doneSchema = z.looseObject({ result: z.looseObject({ entry_id: z.string() }) });

/** A template sensor, made as Home Assistant's own page makes it. */
async function createTemplateSensor(view: View, name: string, state: string): Promise<string> {
  const post = (path: string, body: object) => requestJson(view, { method: 'POST', path, body });
  const { flow_id: id } = stepSchema.parse(await post(FLOW, { handler: 'template' }));
  await post(`${FLOW}/${id}`, { next_step_id: 'sensor' });
  return doneSchema.parse(await post(`${FLOW}/${id}`, { name, state })).result.entry_id;
}

await describeReal('helpers that are integrations', (home) => {
  it('are found by name and by what their options say, also after a change of them', async () => {
    await using open = await openView(home);
    const context = () => createToolContext({ view: open.view });
    const entryId = await createTemplateSensor(open.view, 'Cassowary', "{{ 'marsupial_four' }}");
    const search = (query: string) => runTool(tool, { query, search_types: 'helper', include_config: true }, context());
    try {
      expect(await search('cassowary')).toMatchObject({
        partial: false,
        helpers: [{ entry_id: entryId, helper_type: 'template', name: 'Cassowary', match_in_name: true }],
      });
      expect(await search('marsupial_four')).toMatchObject({
        helpers: [{ match_in_name: false, match_in_config: true, config: { state: "{{ 'marsupial_four' }}" } }],
      });
      const options = '/api/config/config_entries/options/flow';
      const { flow_id: id } = stepSchema.parse(
        await requestJson(open.view, { method: 'POST', path: options, body: { handler: entryId } }),
      );
      await requestJson(open.view, {
        method: 'POST',
        path: `${options}/${id}`,
        body: { state: "{{ 'marsupial_five' }}" },
      });
      expect(await search('marsupial_five')).toMatchObject({ helpers: [{ entry_id: entryId }] });
      expect(await search('marsupial_four')).toMatchObject({ helpers: [] });
    } finally {
      await requestJson(open.view, { method: 'DELETE', path: `/api/config/config_entries/entry/${entryId}` });
    }
  });

  it('are searched by name alone, and it is said, when the token is no administrator', async ({ skip }) => {
    if (home.readOnlyToken === undefined) skip('this home was given without a read-only token');
    await using owner = await openView(home);
    await using reader = await openView({ url: home.url, token: home.readOnlyToken ?? '' });
    const entryId = await createTemplateSensor(owner.view, 'Kookaburra', "{{ 'marsupial_six' }}");
    const found = await runTool(tool, { query: 'kookaburra' }, createToolContext({ view: reader.view }));
    await requestJson(owner.view, { method: 'DELETE', path: `/api/config/config_entries/entry/${entryId}` });
    expect(found).toMatchObject({
      partial: true,
      partial_reason: expect.stringContaining('administrator'),
      warnings: [expect.stringContaining('incomplete results')],
      helpers: [{ entry_id: entryId, match_in_name: true }],
    });
  });
});
