import { exposeEntities } from '@hub/ha/exposure.ts';
import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { withHelper } from '../testing/own-helper.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './exposure.ts';

await describeHomes('ha_get_entity_exposure', (context) => {
  it('tells of one entity whether each assistant is shown it, and lists all that any is shown', async () => {
    const at = context();
    await withHelper(at.home, 'Exposure test', async (entityId) => {
      expect(await runTool(tool, { entity_id: entityId }, at)).toMatchObject({
        exposed_to: { conversation: false, 'cloud.alexa': false, 'cloud.google_assistant': false },
        is_exposed_anywhere: false,
      });
      await exposeEntities(at.home, ['conversation'], [entityId], true);
      expect(await runTool(tool, { entity_id: entityId }, at)).toMatchObject({
        entity_id: entityId,
        exposed_to: { conversation: true, 'cloud.alexa': false },
        is_exposed_anywhere: true,
        has_custom_settings: true,
      });
      const all = await runTool(tool, { assistant: 'conversation' }, at);
      expect(all.exposed_entities).toMatchObject({ [entityId]: { conversation: true } });
      expect(all.count).toBe(Object.keys(all.exposed_entities ?? {}).length);
      expect(all).toMatchObject({
        summary: { conversation: all.count },
        filters_applied: { assistant: 'conversation' },
      });
      const alexa = await runTool(tool, { assistant: 'cloud.alexa' }, at);
      expect(alexa.exposed_entities).not.toHaveProperty([entityId]);
      expect(alexa.total_entities_with_settings).toBe(all.total_entities_with_settings);
    });
  });

  it('an entity that is not there is shown to nobody, and told; an unknown assistant is refused', async () => {
    expect(await runTool(tool, { entity_id: 'light.no_such_one' }, context())).toMatchObject({
      is_exposed_anywhere: false,
      has_custom_settings: false,
      warnings: [expect.stringContaining('light.no_such_one')],
    });
    await expect(runTool(tool, { assistant: 'siri' }, context())).rejects.toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
      context: { valid_assistants: expect.arrayContaining(['conversation']) },
    });
  });
});
