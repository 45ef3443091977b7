import { labelRegistry, updateEntity } from '@hub/ha/registries.ts';
import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { withHelper } from '../testing/own-helper.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './get.ts';

await describeHomes('ha_get_entity', (context) => {
  it('shows how one entity is set up, with the names its ids stand for', async () => {
    const at = context();
    const [area] = [...(await at.home.areas()).values()];
    const label = await labelRegistry.create(at.home, { name: 'Get Entity Test' });
    await withHelper(at.home, 'Get Entity One', async (entityId, helperId) => {
      const changes = {
        area_id: area?.area_id,
        labels: [label.label_id],
        aliases: [null, 'gadget'],
        hidden_by: 'user',
      };
      await updateEntity(at.home, entityId, changes);
      const answer = await runTool(tool, { entity_id: entityId }, at);
      expect(answer).toMatchObject({
        entity_id: entityId,
        entity_entry: {
          entity_id: entityId,
          unique_id: helperId,
          platform: 'input_boolean',
          original_name: 'Get Entity One',
          area_id: area?.area_id,
          area: area?.name,
          labels: [label.label_id],
          label_names: ['Get Entity Test'],
          aliases: ['gadget'],
          enabled: true,
          hidden: true,
          hidden_by: 'user',
        },
      });
    });
    await labelRegistry.remove(at.home, label.label_id);
  });

  it('gives a list with what is missing named beside it, and nothing for an empty one', async () => {
    const at = context();
    await withHelper(at.home, 'Get Entity Two', async (entityId) => {
      const wrong = `${entityId}o`;
      expect(await runTool(tool, { entity_id: [entityId, wrong] }, at)).toMatchObject({
        count: 1,
        entity_entries: [{ entity_id: entityId }],
        errors: [{ entity_id: wrong, error: 'Entity not found' }],
        suggestions: expect.arrayContaining([entityId]),
      });
    });
    expect(await runTool(tool, { entity_id: [] }, at)).toMatchObject({ count: 0, entity_entries: [] });
  });

  it('finds by unique id, narrowed by domain and platform', async () => {
    const at = context();
    await withHelper(at.home, 'Get Entity Three', async (entityId, helperId) => {
      const found = await runTool(tool, { unique_id: helperId, platform: 'input_boolean' }, at);
      expect(found).toMatchObject({ unique_id: helperId, matches: 1, entity_entries: [{ entity_id: entityId }] });
      await expect(runTool(tool, { unique_id: helperId, domain: 'light' }, at)).rejects.toMatchObject({
        code: 'ENTITY_NOT_FOUND',
        context: { unique_id: helperId, domain: 'light' },
      });
    });
  });

  it('refuses an unknown id, no id, two kinds of id, and filters without unique id', async () => {
    const refused = (args: object) => expect(runTool(tool, args, context())).rejects;
    await refused({ entity_id: 'light.no_such_one' }).toMatchObject({
      code: 'SERVICE_CALL_FAILED',
      message: expect.stringContaining('Entity not found'),
      context: { entity_id: 'light.no_such_one' },
    });
    await refused({}).toMatchObject({ code: 'VALIDATION_MISSING_PARAMETER' });
    await refused({ entity_id: 'a.b', unique_id: 'c' }).toMatchObject({ code: 'VALIDATION_INVALID_PARAMETER' });
    await refused({ entity_id: 'a.b', domain: 'a' }).toMatchObject({ code: 'VALIDATION_INVALID_PARAMETER' });
  });
});
