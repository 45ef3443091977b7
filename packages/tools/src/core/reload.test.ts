import { requestJson } from '@hub/ha/http.ts';
import type { View } from '@hub/ha/view.ts';
import { startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { expect, it, test } from 'vitest';
import { z } from 'zod';
import { describeHomes, describeRealHome } from '../testing/each-home.ts';
import { openView } from '../testing/open-view.ts';
import { runTool } from '../testing/run-tool.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { tool } from './reload.ts';

const FLOW = '/api/config/config_entries/flow';
const flow = z.looseObject({ flow_id: z.string() });
const made = z.looseObject({ result: z.looseObject({ entry_id: z.string() }) });

/** A to-do list in a file: the smallest integration with an entry of its own. */
async function makeEntry(home: View): Promise<string> {
  const post = (path: string, body: object) => requestJson(home, { method: 'POST', path, body });
  const { flow_id: id } = flow.parse(await post(FLOW, { handler: 'local_todo' }));
  return made.parse(await post(`${FLOW}/${id}`, { todo_list_name: 'Reload Test' })).result.entry_id;
}

await describeHomes('ha_reload_core', (context) => {
  it('has one part read again', async () => {
    for (const target of ['zones', ' Zone'])
      await expect(runTool(tool, { target }, context())).resolves.toMatchObject({
        success: true,
        service: 'zone.reload',
      });
  });

  it('refuses what it does not know, with what there is', async () => {
    await expect(runTool(tool, { target: 'lamps' }, context())).rejects.toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
      context: { valid_targets: expect.arrayContaining(['all', 'automations', 'themes']) },
    });
    await expect(runTool(tool, { entry_id: 'nope' }, context())).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
      context: { entry_id: 'nope' },
    });
  });
});

await describeRealHome('ha_reload_core of an integration', (context) => {
  it('sets it up again and says how it stands', async () => {
    const { home } = context();
    const id = await makeEntry(home);
    await expect(runTool(tool, { entry_id: id }, context())).resolves.toEqual({
      success: true,
      message: 'Set local_todo (Reload Test) up again.',
      entry_id: id,
      reloaded: true,
      require_restart: false,
    });
    await requestJson(home, { method: 'DELETE', path: `/api/config/config_entries/entry/${id}` });
  });
});

// On a home of its own: on the shared one, other tests would see their automations reload.
test('all: every part the home has is read again', async () => {
  const simulated = await startSimulatedHome();
  try {
    await using open = await openView(simulated);
    const answer = await runTool(tool, {}, createToolContext({ view: open.view }));
    expect(answer).toMatchObject({ success: true, target: 'all' });
    expect(answer['reloaded']).toEqual(expect.arrayContaining(['automations', 'scripts', 'scenes', 'zones', 'core']));
    expect(answer['reloaded']).not.toContain('themes');
  } finally {
    await simulated.close();
  }
});
