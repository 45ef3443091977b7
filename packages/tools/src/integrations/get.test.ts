import { openFlow } from '@hub/ha/flows.ts';
import { describeReal } from '@hub/real-home/describe-real.ts';
import { expect, it } from 'vitest';
import { describeHomes, describeRealHome } from '../testing/each-home.ts';
import { openView } from '../testing/open-view.ts';
import { runTool } from '../testing/run-tool.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { tool as get } from './get.ts';
import { withIntegration } from './testing/with-integration.ts';

await describeHomes('ha_get_integration', (context) => {
  it('lists what is set up with its state, page by page', async () => {
    const ctx = context();
    const all = await runTool(get, {}, ctx);
    expect(all.entries?.length).toBe(all.count);
    expect(all.entries?.[0]).toMatchObject({ entry_id: expect.any(String), state: expect.any(String) });
    const first = await runTool(get, { limit: 1 }, ctx);
    expect(first).toMatchObject({ count: 1, offset: 0, total_count: expect.any(Number) });
    expect(first.total_count).toBeGreaterThan(1);
  });

  it('an entry there is not is told as such', async () => {
    await expect(runTool(get, { entry_id: 'none-such' }, context())).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
      context: { entry_id: 'none-such' },
    });
  });
});

await describeRealHome('ha_get_integration', (context) => {
  it('finds by domain, by words in the title, and by similar words on wish', async () => {
    const ctx = context();
    const demo = await runTool(get, { domain: 'demo' }, ctx);
    expect(demo).toMatchObject({ domain_filter: 'demo', entries: [{ domain: 'demo', state: 'loaded' }] });
    expect(demo['state_summary']).toEqual({ loaded: 1 });
    expect(demo.entries?.[0]).toMatchObject({ log_level: 'WARNING', log_level_raw: 30 });
    expect((await runTool(get, { query: 'DEM' }, ctx)).entries).toContainEqual(
      expect.objectContaining({ domain: 'demo' }),
    );
    expect((await runTool(get, { query: 'demp' }, ctx)).total_count).toBe(0);
    const similar = await runTool(get, { query: 'demp', exact_match: false }, ctx);
    expect(similar.entries).toContainEqual(expect.objectContaining({ domain: 'demo' }));
  });

  it('shows options, the form for them, and diagnostics or why there are none', async () => {
    const ctx = context();
    const { entries } = await runTool(get, { domain: 'demo' }, ctx);
    const wish = { entry_id: entries?.[0]?.['entry_id'], include_options: true, include_schema: true };
    const one = await runTool(get, { ...wish, include_diagnostics: true, include_subentries: true }, ctx);
    expect(one).toMatchObject({
      ...{ entry: { domain: 'demo', supports_options: true }, subentry_count: 0 },
      options_schema: { flow_type: expect.any(String), step_id: expect.any(String) },
      diagnostics: { config_entry_id: wish.entry_id, error: expect.any(String) },
    });
    const knx = await runTool(get, { entry_id: wish.entry_id, include_knx_project: true }, ctx);
    expect(knx).toMatchObject({ partial: true, warnings: [expect.stringContaining('knx_project')] });
  });

  it('a password comes back as a placeholder, in options, form and list', () =>
    withIntegration(
      context,
      'otp',
      { name: 'Get integration test', token: 'JBSWY3DPEHPK3PXP' },
      async ({ answer, context: ctx }) => {
        expect(JSON.stringify(answer)).not.toContain('JBSWY3DPEHPK3PXP');
        expect(JSON.stringify(ctx.keptEdits)).not.toContain('JBSWY3DPEHPK3PXP');
      },
    ));

  it('the form of a part is shown for the type it is asked for', () =>
    withIntegration(
      context,
      'bayesian',
      { name: 'Get part test', probability_threshold: 50, prior: 20 },
      async ({ entryId, context: ctx }) => {
        const wish = { entry_id: entryId, include_subentry_schema: true };
        expect(await runTool(get, wish, ctx)).toMatchObject({
          subentry_schema: {
            subentry_type: 'observation',
            flow_type: 'menu',
            menu_options: expect.arrayContaining(['state']),
          },
        });
        await expect(runTool(get, { ...wish, subentry_type: 'nothing' }, ctx)).rejects.toMatchObject({
          code: 'VALIDATION_INVALID_PARAMETER',
          context: { parameter: 'subentry_type', supported_subentry_types: ['observation'] },
        });
      },
    ));
});

await describeReal('ha_get_integration without rights', (home) => {
  it('lists for an account that is no administrator, and opens no form', async () => {
    await using open = await openView({ url: home.url, token: home.readOnlyToken ?? '' });
    const ctx = createToolContext({ view: open.view });
    const { entries } = await runTool(get, { domain: 'demo', include_options: true }, ctx);
    expect(entries?.[0]).not.toHaveProperty('options');
    const one = await runTool(get, { entry_id: entries?.[0]?.['entry_id'], include_schema: true }, ctx);
    expect(one).toMatchObject({ partial: true, warnings: [expect.stringContaining('administrator')] });
    await expect(openFlow(open.view, { door: 'config', handler: 'otp' })).rejects.toBeDefined();
  });
});
