import { configHash } from '@hub/core/canonical-json.ts';
import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './get.ts';
import { tool as remove } from './remove.ts';
import { tool as set } from './set.ts';

await describeHomes('ha_config_get_automation', (context) => {
  it('shows plural keys holding lists, whichever spelling was written', async () => {
    const at = context();
    // Straight to the home, as its own editor or an older client would have written it.
    const id = 'get_test_old_spelling';
    await runTool(set, { identifier: id, config: { alias: 'Get test', triggers: [], actions: [] } }, at);
    await at.home.rest({
      method: 'POST',
      path: `/api/config/automation/config/${id}`,
      body: {
        alias: 'Get test',
        trigger: { platform: 'event', event_type: 'get_test' },
        condition: [],
        action: [{ event: 'get_test_done' }],
      },
    });
    const { config, config_hash } = await runTool(tool, { identifier: id }, at);
    expect(config).toEqual({
      id,
      alias: 'Get test',
      triggers: [{ trigger: 'event', event_type: 'get_test' }],
      conditions: [],
      actions: [{ event: 'get_test_done' }],
    });
    expect(config_hash).toBe(configHash(config));
    await runTool(remove, { identifier: id }, at);
  });

  it('finds it by entity id, stored id and bare entity name', async () => {
    const at = context();
    const made = await runTool(set, { config: { alias: 'Get test by name', triggers: [], actions: [] } }, at);
    const bare = made.entity_id?.slice('automation.'.length);
    for (const identifier of [made.entity_id, made.unique_id, bare]) {
      const { config, automation_id } = await runTool(tool, { identifier }, at);
      expect(config['id']).toBe(made.unique_id);
      expect(automation_id).toBe(identifier);
    }
    await runTool(remove, { identifier: made.unique_id }, at);
  });

  it('names automations there are when it finds none', async () => {
    const at = context();
    const made = await runTool(set, { config: { alias: 'Get test neighbour', triggers: [], actions: [] } }, at);
    await expect(runTool(tool, { identifier: 'automation.get_test_neighbor' }, at)).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
      context: {
        automation_id: 'automation.get_test_neighbor',
        available_automation_ids: expect.arrayContaining([made.entity_id]),
      },
    });
    await runTool(remove, { identifier: made.unique_id }, at);
  });

  it('refuses what cannot name an automation: nothing, an entity of another domain, a way out of the folder', async () => {
    const at = context();
    for (const identifier of ['  ', 'sun.sun', '../../x'])
      await expect(runTool(tool, { identifier }, at)).rejects.toMatchObject({ code: 'VALIDATION_INVALID_PARAMETER' });
  });
});
