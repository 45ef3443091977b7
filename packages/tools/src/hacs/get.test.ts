import { createCommunityStoreModel } from '@hub/simulated-home/community-store-model.ts';
import { startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { openView } from '../testing/open-view.ts';
import { runTool } from '../testing/run-tool.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { tool } from './get.ts';

await describeHomes('ha_get_hacs_info', (context) => {
  it('says what is missing where the home has no working store', async () => {
    const asked = runTool(tool, { action: 'search' }, context());
    // A real marketplace works only where it reaches the internet.
    const answer = await asked.catch((error: unknown) => error);
    expect(answer).toMatchObject(
      answer instanceof Error
        ? { code: 'COMPONENT_NOT_INSTALLED', suggestions: expect.arrayContaining([expect.any(String)]) }
        : { success: true, data: { store: 'marketplace' } },
    );
  });
});

describe.each(['hacs', 'marketplace'] as const)('ha_get_hacs_info over %s', (kind) => {
  async function start() {
    const home = await startSimulatedHome({ communityStore: createCommunityStoreModel(kind) });
    onTestFinished(() => home.close());
    const { view, ...open } = await openView(home);
    onTestFinished(() => open[Symbol.asyncDispose]());
    return (args: object) => runTool(tool, args, createToolContext({ view }));
  }

  it('finds by words, by kind and by what is installed, a page at a time', async () => {
    const get = await start();
    expect(await get({ action: 'search', query: 'roof sun' })).toMatchObject({
      data: { store: kind, total_matches: 1, results: [{ id: '1001', full_name: 'someone/solar-forecast' }] },
    });
    expect(await get({ action: 'search', category: 'lovelace' })).toMatchObject({
      data: { results: [{ id: '1002', category: 'lovelace', installed_version: '3.9.0', pending_update: true }] },
    });
    expect(await get({ action: 'search', installed_only: true })).toMatchObject({ data: { count: 1 } });
    expect(await get({ action: 'search', max_results: 2 })).toMatchObject({ data: { has_more: true, next_offset: 2 } });
    expect(await get({ action: 'search', query: 'nothing like it' })).toMatchObject({ data: { total_matches: 0 } });
  });

  it('shows one by id or name, its readme as data', async () => {
    const get = await start();
    const shown = {
      repository_id: '1002',
      full_name: 'someone/mushroom-cards',
      readme: '# Readme',
      releases: ['4.0.0', '3.9.0'],
    };
    expect(await get({ action: 'info', repository_id: '1002' })).toMatchObject({ data: shown });
    expect(await get({ action: 'info', repository_id: 'someone/Mushroom-Cards' })).toMatchObject({ data: shown });
    await expect(get({ action: 'info' })).rejects.toMatchObject({ code: 'VALIDATION_MISSING_PARAMETER' });
    await expect(get({ action: 'info', repository_id: '77' })).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
    await expect(get({ action: 'info', repository_id: 'someone/mushroom' })).rejects.toMatchObject({
      suggestions: expect.arrayContaining([expect.stringContaining('someone/mushroom-cards')]),
    });
  });
});
